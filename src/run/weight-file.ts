/** Reads files with trained weights: the model of a run, a saved model, a model of Keras, a safetensors file. */
import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { sha256Of } from '../base/download.js'
import { problemWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import { readWhole } from '../base/read-file.js'
import type { FileWeight } from '../export/file-weight.js'
import { MOST_HEADER, readSafetensors } from '../export/read-safetensors.js'
import { readModel } from '../export/saved-model.js'
import { MAX_WEIGHTS } from '../model/check-model.js'
import { RUN_FILES } from '../spec/run-files.js'

export interface WeightFile {
  /** Path of the file with the values. */
  readonly path: string
  /** Hash of this file. */
  readonly sha256: string
  /** By the names in the file. */
  readonly weights: ReadonlyMap<string, FileWeight>
}

/** Endings of models of Keras. */
const OF_KERAS: readonly string[] = ['.keras', '.h5']

/** The widest number that is read. */
const MOST_BYTES_EACH = 8

/**
 * Reads the weights at a path: the folder of a run, a folder with `model.json`, this file itself, a `.safetensors`
 * file, or a model of Keras. Throws a UserError if there are none, or if the file is damaged.
 */
export async function readWeightFile(from: string): Promise<WeightFile> {
  const found = await stat(from).catch((error) => error as NodeJS.ErrnoException)
  if (found instanceof Error) throw new UserError(`${from}: ${problemWords(found) ?? found.message}${await near(from)}`)
  if (found.isDirectory()) return modelIn(await folderOfModel(from))
  if (basename(from) === 'model.json') return modelIn(dirname(from))
  const ending = extname(from).toLowerCase()
  if (ending === '.safetensors') return safetensors(from)
  if (OF_KERAS.includes(ending)) return modelOfKeras(from)
  throw new UserError(
    `${from}: must be the folder of a run, a model.json, or a file that ends in .safetensors, ${OF_KERAS.join(' or ')}`,
  )
}

async function modelIn(directory: string): Promise<WeightFile> {
  const { path, sha256, weights } = await readModel(directory)
  return {
    path,
    sha256,
    weights: new Map(Array.from(weights, ([name, { shape, values }]) => [name, { shape, values: () => values }])),
  }
}

/** The folder of the model in a folder, which is that of a run or of the model itself. */
async function folderOfModel(folder: string): Promise<string> {
  const there = await readdir(folder)
  if (there.includes('model.json')) return folder
  if (there.includes(RUN_FILES.model)) return join(folder, RUN_FILES.model)
  if (there.includes(RUN_FILES.folds)) {
    throw new UserError(`${folder}: has a model for each fold; name one of them, such as ${join(folder, 'folds', '1')}`)
  }
  const why = there.includes(RUN_FILES.spec) ? 'a run that was killed before its end has none' : 'it is no run either'
  throw new UserError(`${folder}: has no model; ${why}`)
}

async function safetensors(path: string): Promise<WeightFile> {
  const bytes = await readWhole(path, { most: MOST_HEADER + MOST_BYTES_EACH * (MAX_WEIGHTS + 1) })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { path, sha256, weights: readSafetensors(bytes, path) }
}

async function modelOfKeras(path: string): Promise<WeightFile> {
  const { importModel } = await import('../import/import-model.js')
  const { model, weights } = await importModel(path, { place: path, start: path, shapes: new Map() })
  if (weights === null) throw new UserError(`${path}: has no weights`)
  const named = model.weights.map(({ name, shape }) => [name, { shape, values: () => weights[name]! }] as const)
  return { path, sha256: await sha256Of(path), weights: new Map(named) }
}

/** A name in the same folder that may be meant. */
async function near(path: string): Promise<string> {
  const names = await readdir(dirname(path)).catch(() => [])
  const found = nearest(basename(path), names)
  return found === undefined ? '' : `; did you mean "${join(dirname(path), found)}"?`
}
