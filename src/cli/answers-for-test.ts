/** Computes what the model of a finished run answers for its test rows. */
import { UserError } from '../base/issue.js'
import type { TestData } from '../data/open-test.js'
import type { TestAnswers } from '../export/test-answers.js'
import { isPrepared, openModel, type StoredModel } from '../run/open-model.js'
import { testAnswers } from '../run/test-answers.js'
import { type Io, say } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { engineFor } from './prepare.js'
import { withSpinner } from './spinner.js'
import { testRows } from './test-rows.js'

export interface AnswersForTest {
  readonly trained: StoredModel
  readonly data: TestData
  /** The answers of each output. */
  readonly all: readonly TestAnswers[]
}

/** Throws a UserError for a model that was imported, or whose data have no test rows, and the reason of `signal`. */
export async function answersForTest(
  directory: string,
  options: Pick<OverrideOptions, 'engine' | 'device'>,
  io: Io,
  signal: AbortSignal,
): Promise<AnswersForTest> {
  if (!(await isPrepared(directory))) {
    throw new UserError(`${directory} holds an imported model, which has no test rows.`)
  }
  const overrides = overridesOf({ ...options, set: [] })
  const trained = await openModel(directory, overrides)
  const data = await testRows(trained, [], overrides, { quiet: false }, io)
  if (data.form.rows.test === 0) {
    throw new UserError(
      `${data.form.name} has no test rows: set "test" in "data" to a source or to a share of the rows.`,
    )
  }
  const engine = await engineFor(trained, { quiet: false, logs: false }, io)
  const warn = (text: string) => say(io, `Warning: ${text}`)
  const all = await withSpinner('Computing the answers for the test rows', io, () =>
    testAnswers({ trained, data, engine, warn, signal }),
  )
  return { trained, data, all }
}
