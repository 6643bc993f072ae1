/** Finds the series, or sequences, of own data: the rows of each group in their order. */
import type { IssueDraft } from '../../spec/document.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { widthOf } from '../column.js'
import { dividedAtGaps, rowsAt, type Series, seriesOf } from '../series/series.js'
import { labelText } from '../steps/labels.js'
import { columnsOf, targetColumns } from './columns.js'
import { firstOf, MOST_FOUND, quoted, refuse } from './problem.js'
import { type ReadSource, rowIn } from './read.js'
import { eachValue, groupsIn, orderIn } from './row-values.js'

/** The series of a source. */
export interface SourceSeries {
  /** A series for each group. */
  readonly whole: Series
  /** The same, divided where windows may not cross a gap in time. */
  readonly divided: Series
}

/** Reads what orders the rows. Throws a DataError with rows of one group that have the same place. Null without series. */
export async function readSeries(data: OwnDataSpec, read: ReadSource): Promise<SourceSeries | null> {
  const spec = data.window ?? data.sequence
  if (spec === null) return null
  const pointer = `/data/${data.window ? 'window' : 'sequence'}/order_by`
  const groups = spec.group === null ? null : await groupsIn(read, spec.group)
  const ordered = spec.order_by === null ? null : await orderIn(read, spec.order_by, { code: 'order_by', pointer })
  const values = ordered?.values ?? null
  const whole = seriesOf(read.source.count, { groups, values })
  if (values) refuse(await repeatedValues(whole, values, read, spec.order_by!, pointer, spec.group))
  const most = data.window?.max_gap ?? null
  if (most === null || !ordered) return { whole, divided: whole }
  return { whole, divided: dividedAtGaps(whole, ordered.values, ordered.areTimes ? most * 1000 : most) }
}

/** Lists neighbours in a series with the same value. */
async function repeatedValues(
  series: Series,
  values: Float64Array,
  read: ReadSource,
  column: string,
  pointer: string,
  group: string | null,
): Promise<readonly IssueDraft[]> {
  const pairs = new Map<number, number>()
  for (const run of series.runs) {
    const rows = rowsAt(series, run)
    for (let place = 1; place < rows.length && pairs.size < MOST_FOUND; place++) {
      if (values[rows[place]!] === values[rows[place - 1]!]) pairs.set(rows[place]!, rows[place - 1]!)
    }
  }
  if (pairs.size === 0) return []
  const problems: IssueDraft[] = []
  const what = group === null ? 'the series; "group" names the column that tells several series apart' : 'its group'
  await eachValue(read, column, (value, row) => {
    const before = pairs.get(row)
    if (before === undefined) return
    const message = `${rowIn(read, row + 1)}, column ${quoted(column)}: found ${quoted(String(value))}, which row ${before + 1} has too, must be there once in ${what}`
    problems.push({ code: 'order_by', pointer, message })
  })
  return firstOf(problems)
}

/** Reports sequences whose rows have different targets or weights, where they must have one. */
export async function unequalTargets(data: OwnDataSpec, read: ReadSource, series: Series): Promise<IssueDraft[]> {
  const { sequence, weight } = data
  if (sequence === null) return []
  const targets = sequence.per_step ? [] : Object.values(targetColumns(data)).flatMap(columnsOf)
  const isSingle = (column: string) => widthOf(read.source.columns[column]!) === 1
  const first = new Uint32Array(read.source.count)
  for (const run of series.runs) {
    const rows = rowsAt(series, run)
    const least = rows.reduce((a, b) => Math.min(a, b))
    for (const row of rows) first[row] = least
  }
  const problems: IssueDraft[] = []
  const columns = (weight === null ? targets : [...targets, weight]).filter(isSingle)
  for (const column of columns) {
    const values = new Map<number, string>()
    await eachValue(read, column, (value, row) => {
      const text = labelText(value)
      if (first[row] === row) values.set(row, text)
      else if (values.get(first[row]!) !== text && problems.length < MOST_FOUND) {
        const message = `${rowIn(read, row + 1)}, column ${quoted(column)}: found ${quoted(text)}, but row ${first[row]! + 1} of the same sequence has ${quoted(values.get(first[row]!)!)}; "per_step": true gives each step a target of its own`
        problems.push({ code: 'sequence', pointer: '/data/sequence/group', message })
      }
    })
  }
  return [...firstOf(problems)]
}
