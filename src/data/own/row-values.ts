/** Values of single columns of own data that divide its rows or put them in order. */
import type { IssueDraft } from '../../spec/document.js'
import { labelText } from '../steps/labels.js'
import { firstOf, MOST_FOUND, quoted, refuse } from './problem.js'
import { type ReadSource, rowIn } from './read.js'

/** Calls `see` with every value of a column. */
export async function eachValue(
  { source }: ReadSource,
  column: string,
  see: (value: string | number, row: number) => void,
): Promise<void> {
  for await (const { from, count, columns } of source.rows([column])) {
    const values = columns[column]!
    for (let row = 0; row < count; row++) see(values[row]!, from + row)
  }
}

/** A number for each group, in the order in which groups appear. */
export async function groupsIn(main: ReadSource, column: string): Promise<Uint32Array> {
  const groups = new Uint32Array(main.source.count)
  const numbers = new Map<string, number>()
  await eachValue(main, column, (value, row) => {
    const group = labelText(value)
    if (!numbers.has(group)) numbers.set(group, numbers.size)
    groups[row] = numbers.get(group)!
  })
  return groups
}

/** Values of a column that can be put in order. */
export interface Ordered {
  /** Numbers, or points in time in milliseconds. */
  readonly values: Float64Array
  readonly areTimes: boolean
}

/** Reads a column of numbers or of dates. Throws a DataError, with this code and pointer, for other values. */
export async function orderIn(
  main: ReadSource,
  column: string,
  at: Pick<IssueDraft, 'code' | 'pointer'>,
): Promise<Ordered> {
  const [numbers, times] = [new Float64Array(main.source.count), new Float64Array(main.source.count)]
  const problems: IssueDraft[] = []
  let allNumbers = true
  await eachValue(main, column, (value, row) => {
    allNumbers &&= isNumber(value)
    numbers[row] = Number(value)
    times[row] = timeOf(String(value))
    if (!Number.isNaN(times[row]) || problems.length >= MOST_FOUND) return
    const found = `found ${quoted(String(value))}, must be a number or a date such as 2024-12-31 or 2024-12-31T23:59:59Z, in all rows alike`
    problems.push({ ...at, message: `${rowIn(main, row + 1)}, column ${quoted(column)}: ${found}` })
  })
  if (allNumbers) return { values: numbers, areTimes: false }
  refuse(firstOf(problems))
  return { values: times, areTimes: true }
}

const isNumber = (value: string | number): boolean =>
  typeof value === 'number' || (value.trim() !== '' && Number.isFinite(Number(value)))

/** A date, or a date with a time, in ISO 8601; without a zone it is UTC. */
function timeOf(text: string): number {
  const [, day, time, zone = 'Z'] =
    /^\s*(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?\s*$/i.exec(text) ?? []
  // Date.parse takes February 30 for March 1
  if (day === undefined || new Date(day).getUTCDate() !== Number(day.slice(-2))) return Number.NaN
  return Date.parse(time === undefined ? day : `${day}T${time}${zone}`)
}
