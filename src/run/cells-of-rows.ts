/** Reads the cells of some test rows as their source has them, before any step. */
import type { Named } from '../base/field.js'
import type { RawData } from '../data/data.js'
import { rowsOf } from './look/look-at-rows.js'
import { shownValue } from './look/samples.js'

/** Columns that are read; the first ones. */
const MOST_COLUMNS = 12

/** `wanted`: numbers among the test rows, from 0. Returns the texts by number and column; null for a gap. */
export async function cellsOfRows(
  { inputs, parts: { test } }: Pick<RawData, 'inputs' | 'parts'>,
  wanted: readonly number[],
): Promise<ReadonlyMap<number, Named<string | null>>> {
  const names = inputs.slice(0, MOST_COLUMNS)
  const found = new Map<number, Named<string | null>>()
  let seen = 0
  for await (const { count, values } of rowsOf(test, names)) {
    for (const row of wanted.filter((one) => one >= seen && one < seen + count)) {
      const texts = names.map((name) => [name, shownValue(values[name]!, test.source.columns[name]!, row - seen)])
      found.set(row, Object.fromEntries(texts))
    }
    seen += count
  }
  return found
}
