/** The place of a spec that is written for the user. A spec of the user is never replaced. */
import { stat } from 'node:fs/promises'
import { UserError } from '../base/issue.js'
import { checkFilePlace } from './places.js'

/** Throws a UserError if the file is there, or cannot be written. */
export async function checkNewSpec(path: string, files: readonly string[]): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile()) throw new UserError(`--output: ${path} is there already; choose another name, or remove it`)
  await checkFilePlace('the spec', path, dataPlaces(files))
}

export const dataPlaces = (files: readonly string[]) =>
  files.filter((at) => at !== '-').map((at) => ({ name: 'the data', at }))
