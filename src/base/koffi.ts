/** Package koffi, by which C functions are called; importing this is a UserError where the package has no native part. */
import { createRequire } from 'node:module'
import { UserError } from './issue.js'
import { reasonOf } from './reason.js'

const require = createRequire(import.meta.url)

export const koffi = load()

function load(): typeof import('koffi') {
  try {
    return require('koffi')
  } catch (error) {
    const { dependencies } = require('../../package.json')
    const native = `@koromix/koffi-${process.platform}-${process.arch}@${dependencies.koffi}`
    throw new UserError(
      `C libraries cannot be called (${reasonOf(error)}); \`npm install ${native}\` installs what \`--omit=optional\` leaves out. Engine eager:cpu does without.`,
    )
  }
}
