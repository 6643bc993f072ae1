/** Finds the test rows of a finished run. */
import { openTest, type TestData } from '../data/open-test.js'
import type { StoredModel } from '../run/open-model.js'
import { readRun } from '../run/open-run.js'
import type { Override } from '../spec/override.js'
import type { Io } from './io.js'
import { loadDataset, type PrepareOptions } from './prepare.js'
import { watchingData } from './watch-data.js'

/** The test rows: those of a file alone, or, if they are a share of the source, those that it is divided into. */
export async function testRows(
  { directory, spec, preparation }: StoredModel,
  given: readonly string[],
  overrides: readonly Override[],
  options: Pick<PrepareOptions, 'quiet'>,
  io: Io,
): Promise<TestData> {
  const { data, seed } = spec
  const operands = given.length > 0 ? given : null
  const found = await watchingData(io, (watch) => openTest({ data, seed, preparation, given: operands, watch }))
  if (found) return found
  const run = await watchingData(io, (watch) => readRun(directory, overrides, io.stdin, watch))
  return loadDataset(run.data, options, io)
}
