/** Finds the folders of a package that may not be installed. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Returns the folder that this program finds, then the one that the project in `cwd` finds. Empty if not installed. */
export function packageFolders(name: string, cwd: string = process.cwd()): string[] {
  const requires = [import.meta.url, pathToFileURL(join(cwd, 'package.json'))].map((from) => createRequire(from))
  const folders = requires.flatMap((require) => {
    try {
      return [dirname(require.resolve(`${name}/package.json`))]
    } catch {
      return [] // not installed
    }
  })
  return [...new Set(folders)]
}
