/** Finds TensorFlow's C library on this machine. */
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../base/issue.js'

/** Where the library lies; it is loaded from its own folder, so that its relative run paths resolve. */
export interface TensorflowLibrary {
  readonly file: string
  /** Where it was found, as a person would say it. */
  readonly source: string
}

const NAMES: readonly string[] =
  process.platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow.so.2']

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The folder that TRAINSPEC_TENSORFLOW names, else an installed `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`,
 * else TensorFlow in the active Python environment.
 */
export function locateTensorflow(env: Environment = process.env): TensorflowLibrary | undefined {
  const named = env.TRAINSPEC_TENSORFLOW
  if (named) {
    const folder = resolve(named)
    const file = libraryIn(folder) ?? libraryIn(join(folder, 'lib'))
    if (file === undefined)
      throw new UserError(`TRAINSPEC_TENSORFLOW is ${named}, where there is no ${NAMES.join(' or ')}.`)
    return { file, source: 'TRAINSPEC_TENSORFLOW' }
  }
  for (const { folder, source } of [...packageFolders(), ...pythonFolders(env)]) {
    const file = libraryIn(folder)
    if (file !== undefined) return { file, source }
  }
  return undefined
}

const libraryIn = (folder: string): string | undefined =>
  NAMES.map((name) => join(folder, name)).find((file) => existsSync(file))

interface Place {
  readonly folder: string
  readonly source: string
}

function packageFolders(): Place[] {
  const require = createRequire(import.meta.url)
  return ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'].flatMap((source) => {
    try {
      return [{ folder: join(dirname(require.resolve(`${source}/package.json`)), 'deps', 'lib'), source }]
    } catch {
      return [] // not installed
    }
  })
}

function pythonFolders(env: Environment): Place[] {
  const root = env.VIRTUAL_ENV || env.CONDA_PREFIX
  const library = root && join(root, 'lib')
  if (!library || !existsSync(library)) return []
  return readdirSync(library)
    .filter((name) => name.startsWith('python3'))
    .map((name) => ({ folder: join(library, name, 'site-packages', 'tensorflow'), source: `Python in ${root}` }))
}
