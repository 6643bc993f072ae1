/** Finds runs that differ by their seed alone. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inWords } from '../base/file-problem.js'
import { isObject, jsonOf } from '../base/json.js'
import { RUN_FILES } from '../spec/run-files.js'

/** Returns a text that is equal for runs whose specs differ by the seed alone; null if the spec is not an object. */
export async function runFamily(directory: string): Promise<string | null> {
  const path = join(directory, RUN_FILES.spec)
  const spec = jsonOf(await inWords(`read ${path}`, () => readFile(path, 'utf8')))
  return isObject(spec) ? JSON.stringify({ ...spec, seed: null }) : null
}
