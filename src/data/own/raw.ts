/** Reads the rows of own data before any step. */
import type { PartName, RawData, RawPart } from '../data.js'
import { valueColumnsOf } from './columns.js'
import { valuesColumn } from './feature.js'
import { type FoundSources, openAt } from './found-source.js'
import { type Reading, type ReadSource, readMain, readSource } from './read.js'
import { type Division, firstSample } from './samples.js'

/**
 * Reads all rows, once more if loading the data has forgotten them. `divide` says how the rows of the source are divided.
 */
export async function readRaw(
  found: FoundSources,
  reading: Reading,
  divide: (main: ReadSource) => Promise<Division>,
): Promise<RawData> {
  const { features, targets } = reading.decisions
  const table = await openAt(found.main, reading.data)
  const main = await readMain(table, found.main, reading).finally(() => table.close())
  const all = [main]
  const division = await divide(main)
  const { train, ...others } = division.parts
  const partOf = async (name: Exclude<PartName, 'train'>): Promise<RawPart> => {
    const source = found[name]
    if (!source) return { source: main.source, rows: others[name] }
    const own = await readSource(source, reading)
    all.push(own)
    return { source: own.source, rows: { from: 0, to: own.source.count } }
  }
  return {
    inputs: [...new Set(Object.values(features).map(valuesColumn))],
    targets: Object.values(targets).flatMap(valueColumnsOf),
    parts: {
      train: { source: main.source, rows: train },
      validation: await partOf('validation'),
      test: await partOf('test'),
    },
    dropped: main.dropped,
    sample: firstSample(reading.data, division),
    close() {
      for (const one of all) one.close()
    },
  }
}
