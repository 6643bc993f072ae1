/** Finds TensorFlow's C library on this machine. */
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { cacheFolder } from '../base/cache-folder.js'
import { UserError } from '../base/issue.js'
import { packageFolders } from '../base/package-folders.js'
import { libraryNames } from './contents.js'
import { installations, libraryIn } from './installed.js'
import { type Environment, environmentRoot, pythonOnPath, sitePackagesOf } from './python.js'

/** The library that was found. It is loaded from its own folder, so that its relative run paths resolve. */
export interface TensorflowLibrary {
  readonly file: string
  /** The place where it was found, for messages: `TRAINSPEC_TENSORFLOW`, `train setup`, `Python in /x/venv`. */
  readonly source: string
  /** True if it can use a CUDA device, judging by the files beside it. */
  readonly cuda: boolean
}

/** A place that was searched. Without `file`, it has no library. */
export interface TensorflowPlace {
  readonly source: string
  readonly folder: string
  readonly file?: string
  readonly cuda: boolean
}

export interface LocateOptions {
  readonly cache?: string
  readonly cwd?: string
  /** True to search only places that are meant for this program: TRAINSPEC_TENSORFLOW and `train setup`. */
  readonly onlySetUp?: boolean
}

/** How to install the library, for the end of a sentence. */
export const SETUP_HINT = '`train setup tensorflow` installs it'
export const CUDA_SETUP_HINT = '`train setup cuda` installs it for NVIDIA devices'

/**
 * Returns the library in the folder that TRAINSPEC_TENSORFLOW names, else of `train setup`, else of an installed
 * `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`, else of TensorFlow in the active Python environment. Throws a
 * UserError if the named folder has no library.
 */
export function locateTensorflow(
  env: Environment = process.env,
  options: LocateOptions = {},
): TensorflowLibrary | undefined {
  for (const { file, source, cuda } of placesOf(env, options)) {
    if (file !== undefined) return { file, source, cuda }
    if (source === NAMED) {
      throw new UserError(
        `TRAINSPEC_TENSORFLOW is ${env[NAMED]}, but there is no ${libraryNames().join(' or ')} in it. Set it to the folder with the library, or unset it.`,
      )
    }
  }
  return undefined
}

/** Returns all places, in the order of the search. */
export const tensorflowPlaces = (
  env: Environment = process.env,
  options: LocateOptions = {},
): readonly TensorflowPlace[] => [...placesOf(env, options)]

const NAMED = 'TRAINSPEC_TENSORFLOW'

/** Yields places one by one, because later ones take more time to search. */
function* placesOf(env: Environment, { cache = cacheFolder(), cwd = process.cwd(), onlySetUp = false }: LocateOptions) {
  const named = env[NAMED]
  if (named) {
    const folder = resolve(cwd, named)
    const holds = [folder, join(folder, 'lib'), join(folder, 'tensorflow')].find((one) => libraryIn(one) !== undefined)
    yield placeOf(holds ?? folder, NAMED)
  }
  yield* setupPlaces(cache)
  if (onlySetUp) return
  yield* packagePlaces(cwd)
  yield* pythonPlaces(env)
}

function* setupPlaces(cache: string): Iterable<TensorflowPlace> {
  const source = 'train setup'
  const found = installations(cache)
  if (found.length === 0) yield { source, folder: cache, cuda: false }
  for (const { target, file } of found) yield { source, folder: dirname(file), file, cuda: target === 'cuda' }
}

function* packagePlaces(cwd: string): Iterable<TensorflowPlace> {
  for (const source of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
    for (const folder of packageFolders(source, cwd)) {
      yield { ...placeOf(join(folder, 'deps', 'lib'), source), cuda: source.endsWith('-gpu') }
    }
  }
}

function* pythonPlaces(env: Environment): Iterable<TensorflowPlace> {
  const root = environmentRoot(env)
  const python = root === undefined ? pythonOnPath(env) : undefined
  const folders = root === undefined ? (python ? sitePackagesOf(python, env) : []) : sitePackagesIn(root)
  for (const folder of folders) yield placeOf(join(folder, 'tensorflow'), `Python in ${root ?? dirname(python!)}`)
}

function sitePackagesIn(root: string): string[] {
  const library = join(root, 'lib')
  if (!existsSync(library)) return []
  return readdirSync(library)
    .filter((name) => name.startsWith('python3'))
    .map((name) => join(library, name, 'site-packages'))
}

function placeOf(folder: string, source: string): TensorflowPlace {
  const file = libraryIn(folder)
  return { source, folder, ...(file !== undefined && { file }), cuda: file !== undefined && hasCuda(folder) }
}

/**
 * True if NVIDIA's packages are beside it and it is not the build for processors, which may be beside PyTorch's copy.
 */
function hasCuda(folder: string): boolean {
  const packages = dirname(folder)
  if (!existsSync(join(packages, 'nvidia', 'cudnn'))) return false
  return !readdirSync(packages).some((name) => /^tensorflow_cpu-.*\.dist-info$/.test(name))
}
