/** Arrays that NumPy and h5py wrote, and what these read from them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Named } from '../../src/base/field.js'
import { openArrays } from '../../src/data/arrays/open-arrays.js'
import type { RawTable } from '../../src/data/sources/raw-table.js'

export const ARRAYS = join(import.meta.dirname, '../fixtures/arrays')

export const expected: {
  readonly types: Named<readonly number[]>
  readonly words: readonly string[]
  readonly matrix: readonly (readonly number[])[]
  readonly cube: readonly (readonly (readonly number[])[])[]
  readonly pictures: readonly (readonly (readonly number[])[])[]
} = JSON.parse(readFileSync(join(ARRAYS, 'expected.json'), 'utf8'))

/** Opens files as one table, which is closed after the test. */
export async function tableOf(
  source: string | readonly string[] | Named<readonly string[]>,
  folder = ARRAYS,
): Promise<RawTable> {
  const table = await openArrays(typeof source === 'string' ? [source] : source, folder)
  onTestFinished(() => table.close())
  return table
}
