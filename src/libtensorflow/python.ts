/** Finds Python on this machine, and the folders of its packages. Nothing here throws. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** The active virtual or Conda environment. */
export const environmentRoot = (env: Environment): string | undefined =>
  env.VIRTUAL_ENV || env.CONDA_PREFIX || undefined

/** The first `python3` in PATH, else the first `python`. */
export function pythonOnPath(env: Environment): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return ['python3', 'python'].flatMap((name) => folders.map((folder) => join(folder, name))).find(canRun)
}

/** The Python of the active environment, else the one in PATH. */
export const activePython = (env: Environment): string | undefined => {
  const root = environmentRoot(env)
  return [...(root === undefined ? [] : [join(root, 'bin', 'python')])].find(canRun) ?? pythonOnPath(env)
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

const FOLDERS = `import json, sysconfig as s
user = getattr(s, 'get_preferred_scheme', lambda _: 'posix_user')('user')
print(json.dumps([s.get_path('purelib'), s.get_path('platlib'), s.get_path('purelib', user)]))`

const PATIENCE_MS = 3000

/** Returns the folders of a Python's packages: its own, and the user's. Imports no package and writes nothing. */
export function sitePackagesOf(python: string, env: Environment): readonly string[] {
  const { status, stdout } = spawnSync(python, ['-I', '-B', '-c', FOLDERS], {
    env,
    timeout: PATIENCE_MS,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    return status === 0 ? [...new Set<string>(JSON.parse(stdout))] : []
  } catch {
    return []
  }
}
