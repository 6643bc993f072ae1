/** Prepares new rows for a model whose samples are windows or sequences of rows. All of them are read first. */
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { batches } from '../batches.js'
import { TEST, tableOf } from '../preparation.js'
import type { RowTable } from '../sources/raw-table.js'
import { labelText } from '../steps/labels.js'
import type { DataWatch } from '../watch.js'
import { seriesColumns } from './columns.js'
import type { Decisions } from './decide.js'
import type { FoundSource } from './found-source.js'
import { featuresOf, type NewPiece, type NewRows, type NewRowsRequest, withoutTargets } from './new-rows.js'
import { plansOf } from './plans.js'
import { onNewRows, refuse } from './problem.js'
import { gapProblems, type ReadSource, readNew } from './read.js'
import { samplingOf } from './samples.js'
import { readSeries } from './series.js'
import { MEMORY_BUDGET } from './spool.js'

const ROWS_AT_ONCE = 256

/** Name of the column with the number of the last row of a sample, from 1, if no column orders the rows. */
export const ROW = 'row'

/** Each sample keeps the columns that name and order its rows, as its last row has them. */
export function newSamples(
  table: RowTable,
  found: FoundSource,
  request: NewRowsRequest,
  watch: DataWatch,
): Promise<NewRows> {
  const data = withoutTargets(request.data)
  const decisions = featuresOf(data, request.preparation)
  const naming = seriesColumns(data)
  const kept = [...new Set([...naming, ...request.keep])]
  return onNewRows(table.name, async () => {
    const main = await readNew(table, found, { decisions, data, watch, budget: MEMORY_BUDGET }, kept)
    try {
      return await samplesIn(main, { ...request, data }, decisions, { naming, kept })
    } finally {
      main.close()
    }
  })
}

/** The columns that name and order rows, and all that samples keep. */
interface Keeping {
  readonly naming: readonly string[]
  readonly kept: readonly string[]
}

async function samplesIn(
  main: ReadSource,
  { data, preparation, seed }: NewRowsRequest,
  decisions: Decisions,
  { naming, kept }: Keeping,
): Promise<NewRows> {
  refuse(gapProblems(main, decisions, data))
  const series = (await readSeries(data, main))!.divided
  const sampling = samplingOf(data)!
  if (sampling.count(series) === 0) {
    throw new UserError(`${main.file} has no sample: a series must have at least ${sampling.rowsNeeded} rows.`)
  }
  const rows = await tableOf(plansOf(data, decisions, seed), main.source, TEST, preparation.learnt)
  const samples = sampling.table(rows, series)
  const texts = await textsOf(main, kept)
  const lastRow = (sample: number) => sampling.rowsOf(series, sample).inputs.at(-1)!
  async function* pieces(): AsyncGenerator<NewPiece> {
    let from = 0
    for await (const { size, arrays } of batches(samples, { batchSize: ROWS_AT_ONCE })) {
      const last = Array.from({ length: size }, (_, at) => lastRow(from + at))
      const ofRows: Named<readonly (string | null)[]> = {
        ...(naming.length === 0 && { [ROW]: last.map((row) => String(row + 1)) }),
        ...Object.fromEntries(kept.map((name) => [name, last.map((row) => texts[name]![row]!)])),
      }
      yield { from, count: size, fields: arrays, bad: new Map(), kept: ofRows }
      from += size
    }
  }
  return { fields: samples.fields, count: samples.count, pieces }
}

async function textsOf({ source }: ReadSource, columns: readonly string[]): Promise<Record<string, (string | null)[]>> {
  const texts = Object.fromEntries(columns.map((name): [string, (string | null)[]] => [name, []]))
  if (columns.length === 0) return texts
  for await (const rows of source.rows(columns)) {
    for (const name of columns) {
      for (const value of rows.columns[name] as Iterable<string | number | null>) {
        texts[name]!.push(value === null ? null : labelText(value))
      }
    }
  }
  return texts
}

/** True if a sample of the data is made of several rows. */
export const hasSamplesOfRows = ({ window, sequence }: OwnDataSpec): boolean => window !== null || sequence !== null
