/** Reads back the weights that `saveModel` wrote. */
import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { fileProblem } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { jsonOf } from '../base/json.js'
import { readWhole } from '../base/read-file.js'
import { formatShape, type Shape, sizeOf } from '../base/shape.js'
import { MAX_WEIGHTS } from '../model/check-model.js'
import type { Saveable } from '../model/saveable.js'
import { ONCE } from '../spec/once.js'
import { written } from '../spec/words.js'

/** The part of `model.json` that describes `weights.bin`. */
const manifestSchema = z.object({
  weightsManifest: z
    .array(
      z.object({
        paths: z.array(z.string()).length(1),
        sha256: z.string().optional(),
        weights: z.array(z.object({ name: z.string(), shape: z.array(z.int().min(0)), dtype: z.literal('float32') })),
      }),
    )
    .length(1),
})

const FLOAT_BYTES = 4
/** Limit on the size of `model.json`, in which a layer needs a few thousand characters. */
const MOST_MANIFEST = 64e6
/** The name of a file in the same folder. */
const FILE_NAME = /^(?!\.{1,2}$)[^/\\\p{Cc}]{1,255}$/u

/** A model that was read from its folder. */
export interface SavedModel {
  /** Path of the file with the weights. */
  readonly path: string
  /** Hash of this file. */
  readonly sha256: string
  /** By the names in the file. */
  readonly weights: ReadonlyMap<string, { readonly shape: Shape; readonly values: Float32Array }>
}

/** Reads a model. Throws a UserError if the folder has no complete model. */
export async function readModel(directory: string): Promise<SavedModel> {
  const place = join(directory, 'model.json')
  const manifest = await readManifest(place)
  const path = await fileBeside(directory, manifest.paths[0]!, place)
  const count = manifest.weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  if (!(count <= MAX_WEIGHTS)) {
    throw new UserError(`${place}: states ${count} weights, must be at most ${MAX_WEIGHTS}`)
  }
  const expected = FLOAT_BYTES * count
  const bytes = await inFolderOfRun(path, () => readWhole(path, { most: expected, exactly: expected }))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (manifest.sha256 !== undefined && manifest.sha256 !== sha256) {
    throw new UserError(
      `${path}: its SHA-256 differs from the one in ${place}; the file is damaged, or belongs to another run`,
    )
  }
  let at = 0
  const weights = manifest.weights.map(({ name, shape }) => {
    const begin = at
    at += FLOAT_BYTES * sizeOf(shape)
    // a copy, because floats must begin at a multiple of four
    return [name, { shape, values: new Float32Array(Uint8Array.from(bytes.subarray(begin, at)).buffer) }] as const
  })
  return { path, sha256, weights: new Map(weights) }
}

/** Returns the weights of a model by their names in programs. Throws a UserError if the file has other ones. */
export function weightsFor({ path, weights }: SavedModel, model: Saveable): Record<string, Float32Array> {
  const { nameOf } = model.saved()
  return Object.fromEntries(
    model.weights.map(({ name, shape }) => {
      const saved = nameOf(name)
      const found = weights.get(saved)
      if (found === undefined) throw new UserError(`${path}: has no weight "${saved}", which the spec's model has`)
      if (formatShape(found.shape) !== formatShape(shape)) {
        const [is, must] = [found.shape, shape].map(formatShape)
        throw new UserError(`${path}: weight "${saved}" has shape ${is}, must be ${must} for the spec's model`)
      }
      return [name, found.values]
    }),
  )
}

async function readManifest(path: string) {
  const bytes = await inFolderOfRun(path, () => readWhole(path, { most: MOST_MANIFEST }))
  const parsed = manifestSchema.safeParse(jsonOf(new TextDecoder().decode(bytes)), ONCE)
  if (!parsed.success) throw new UserError(`${path}: this is not a model that trainspec wrote`)
  return parsed.data.weightsManifest[0]!
}

/** Returns the path of the weights. Throws a UserError if the file, or the target of a link, is in another folder. */
export async function fileBeside(directory: string, name: string, manifest: string): Promise<string> {
  const path = join(directory, name)
  const isHere = async () => dirname(await realpath(path)) === (await realpath(directory))
  if (FILE_NAME.test(name) && (await inFolderOfRun(path, isHere))) return path
  throw new UserError(
    `${manifest}: found ${written(name)} in "paths", must be the name of a file in the folder of the model`,
  )
}

const NO_MODEL = 'a run that was killed before its end has no model'

/** Turns an error about a file of a run into words, which end with a reason why the file may be missing. */
export async function inFolderOfRun<T>(path: string, read: () => Promise<T>, why = NO_MODEL): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof UserError) throw error
    const problem = fileProblem({ ...(error as Error), path: undefined })
    if (problem === undefined) throw error
    throw new UserError(`${path}: ${problem}; ${why}`)
  }
}
