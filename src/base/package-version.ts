/** Reads the versions of installed packages. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** The version of an installed package. */
export const packageVersion = (name: string): string => versionIn(require.resolve(`${name}/package.json`))

/** The version in a package.json. */
export const versionIn = (file: string | URL): string => JSON.parse(readFileSync(file, 'utf8')).version
