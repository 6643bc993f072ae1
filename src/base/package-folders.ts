/** Where a package lies that may or may not be installed. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Its folders: as this program finds it, then as the project in `cwd` does. None where it is not installed. */
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
