/** Imports a model of Keras or TensorFlow.js: its layers become a spec, its weights are saved beside it. */
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Named } from '../base/field.js'
import { type Issue, UserError } from '../base/issue.js'
import { statOfFile } from '../base/read-file.js'
import type { Shape } from '../base/shape.js'
import { checkLayers } from '../model/check-model.js'
import { buildModel, type Model } from '../model/model.js'
import { outputsOf } from '../spec/outputs.js'
import { parseSpec } from '../spec/parse.js'
import { toPath } from '../spec/pointer.js'
import { isSupervised, type SupervisedSpec } from '../spec/spec.js'
import { type Architecture, architectureOf, type GivenShapes } from './architecture.js'
import { sayCompiled } from './compiled.js'
import type { FoundModel, Misfit } from './found-model.js'
import { openH5File } from './h5-file.js'
import { openJsonFile } from './json-file.js'
import { openKerasFile } from './keras-file.js'
import { DIALECTS } from './layers.js'
import { importedText } from './spec-of-import.js'
import { readWeights } from './weights.js'

export interface Imported {
  /** The spec, JSON with comments. */
  readonly text: string
  readonly model: Model
  /** By their names in programs; null if the file has none. */
  readonly weights: Named<Float32Array> | null
  /** Notes for the user: sentences without a full stop. */
  readonly notes: readonly string[]
  /** `Keras 3` */
  readonly from: string
}

export interface ImportOptions {
  /** Path that the spec will have. */
  readonly place: string
  /** Path of the weights that the spec will name. */
  readonly start: string
  readonly shapes: GivenShapes
}

/** Reads a file. Throws a UserError with everything that a spec cannot say. */
export async function importModel(path: string, { place, start, shapes }: ImportOptions): Promise<Imported> {
  const found = await openFound(path)
  try {
    const architecture = architectureOf(found, shapes)
    if ('misfits' in architecture) throw refusal(path, architecture.misfits)
    const from = DIALECTS[found.dialect]
    const compiled = sayCompiled(found.compiled, architecture.outputNames)
    const text = importedText({
      architecture,
      compiled,
      start: found.weights ? start : null,
      from: `${basename(path)} (${from})`,
    })
    const model = modelOf(text, place, path, architecture)
    const read = found.weights && (await readWeights(found.weights, model, architecture.owners))
    if (read && 'misfits' in read) throw refusal(path, read.misfits)
    return { text, model, weights: read?.weights ?? null, notes: compiled.notes, from }
  } finally {
    await found.close()
  }
}

/** Builds the model of the spec. Throws a UserError if a spec cannot have it. */
function modelOf(text: string, place: string, path: string, { inputs, layers, masked }: Architecture): Model {
  const { spec, issues } = parseSpec(text, { source: place })
  const asMisfit = ({ pointer, message }: Pick<Issue, 'pointer' | 'message'>): Misfit => {
    const [, , index] = toPath(pointer)
    const fields = pointer.startsWith('/model/layers/') ? layers[Number(index)]?.fields : undefined
    return { subject: fields ? `${fields.type} "${fields.name}"` : pointer, message }
  }
  if (!spec) throw refusal(path, issues.map(asMisfit))
  if (!isSupervised(spec)) throw new Error('internal: an imported model is no network')
  const problems = checkLayers(spec.model, { inputs, outputs: outputsOf(spec as SupervisedSpec), masked })
  if (problems.length > 0) throw refusal(path, problems.map(asMisfit))
  return buildModel(spec.model, inputs as Named<Shape>, spec.seed, outputsOf(spec))
}

/** Limit on the problems in a message. */
const MOST_LISTED = 50

function refusal(path: string, misfits: readonly Misfit[]): UserError {
  const issues = misfits.slice(0, MOST_LISTED).map(
    ({ subject, message, nearest }): Issue => ({
      code: 'import',
      source: path,
      pointer: '',
      message: `${subject} ${message}`,
      ...(nearest !== undefined && { nearest }),
    }),
  )
  const count = misfits.length === 1 ? 'a part' : `${misfits.length} parts`
  return new UserError(`The model has ${count} that a spec cannot have.`, issues)
}

const ZIP = 'PK'
const HDF5 = '\x89HDF'
const HEAD = 16

/** Opens a file by what it holds, whatever its name is. */
async function openFound(path: string): Promise<FoundModel> {
  await statOfFile(path)
  const head = await headOf(path)
  if (head.startsWith(ZIP)) return openKerasFile(path)
  if (head.startsWith(HDF5)) return openH5File(path)
  if (/^[\s\xef\xbb\xbf]*\{/.test(head)) return openJsonFile(path)
  if (head.charCodeAt(8) === '{'.charCodeAt(0)) {
    throw new UserError(
      `${path}: holds weights without a model (safetensors); a spec with the model begins with them: "start": ${JSON.stringify(path)}`,
    )
  }
  throw new UserError(`${path}: is no model: neither .keras, .h5, nor JSON of Keras or TensorFlow.js`)
}

async function headOf(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}
