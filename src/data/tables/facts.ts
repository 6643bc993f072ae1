/** Facts of a column, counted as its values are seen. */
import type { ColumnFacts } from '../sources/raw-table.js'

export type FactsSoFar = { -readonly [Key in keyof ColumnFacts]: ColumnFacts[Key] }

export const noFacts = (): FactsSoFar => ({ gaps: 0, numbers: 0, notNumbers: 0, firstNotNumber: null, whole: true })

/** Counts a value as a number, NaN for text; returns true for the first one that is neither a gap nor a finite number. */
export function see(facts: FactsSoFar, number: number, isGap: boolean): boolean {
  if (isGap) facts.gaps++
  else if (Number.isFinite(number)) {
    facts.numbers++
    facts.whole &&= Number.isSafeInteger(number)
  } else return facts.notNumbers++ === 0
  return false
}
