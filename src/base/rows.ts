/** Numbers of the rows of a matrix, as an Embedding takes them: the fraction does not count (keras/src/layers/core/embedding.py, `call`). */

/** The least and the largest of some numbers. */
export interface Range {
  readonly least: number
  readonly largest: number
}

export const hasRow = (rows: number, number: number): boolean => number > -1 && number < rows

/** The rows that there are, and how many it takes to have one for each of these numbers, where that can be. */
export function rowsInWords(rows: number, { least, largest }: Range): string {
  const are = `has vectors for ${rows === 1 ? '0' : `0 to ${rows - 1}`} only`
  const more = least > -1 && Number.isFinite(largest)
  return more ? `${are}; "input_dim": ${Math.trunc(largest) + 1} has enough` : `${are}, whole numbers from 0 on`
}
