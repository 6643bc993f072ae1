/**
 * The package koffi, which calls C functions. Importing this file throws a UserError if koffi's native part is
 * missing.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { UserError } from './issue.js'
import { reasonOf } from './reason.js'

export const koffi = load()

function load(): typeof import('koffi') {
  try {
    return createRequire(import.meta.url)('koffi')
  } catch (error) {
    const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    const native = `@koromix/koffi-${process.platform}-${process.arch}@${dependencies.koffi}`
    throw new UserError(
      `C libraries cannot be called (${reasonOf(error)}). \`npm install ${native}\` installs the package that \`--omit=optional\` leaves out. Engine eager:cpu works without it.`,
    )
  }
}
