/**
 * Row numbers of a matrix, as in an Embedding, which drops their fraction (keras/src/layers/core/embedding.py,
 * `call`).
 */

/** The least and the largest of some numbers. */
export interface Range {
  readonly least: number
  readonly largest: number
}

export const hasRow = (rows: number, number: number): boolean => number > -1 && number < rows

/** Says which rows there are, and how many are needed for all of these numbers, if any number of rows is enough. */
export function rowsInWords(rows: number, { least, largest }: Range): string {
  const are = `has vectors for ${rows === 1 ? '0' : `0 to ${rows - 1}`} only`
  const more = least > -1 && Number.isFinite(largest)
  return more ? `${are}; "input_dim": ${Math.trunc(largest) + 1} is enough` : `${are}, whole numbers from 0 on`
}
