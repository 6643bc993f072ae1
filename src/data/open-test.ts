/** Opens the rows on which a trained model is measured. They are prepared as in training, and the training rows are not read. */
import type { Field } from '../base/field.js'
import type { DataForm } from '../base/form.js'
import { type Issue, UserError } from '../base/issue.js'
import { formatShape } from '../base/shape.js'
import { DATASETS, type SetSpec } from '../spec/data.js'
import type { OwnDataSpec, SourceSpec } from '../spec/own-data.js'
import { type Column, isField } from './column.js'
import type { DataRequest } from './load.js'
import { sourceOf } from './open-new.js'
import { oddLabels } from './own/classes.js'
import { targetColumns } from './own/columns.js'
import type { Decisions, Target } from './own/decide.js'
import { isShare, nameOf } from './own/found-source.js'
import { featuresOf } from './own/new-rows.js'
import { findFiles } from './own/open-source.js'
import { madeNames } from './own/picture-features.js'
import { formOf, plansOf } from './own/plans.js'
import { onNewRows, refuse } from './own/problem.js'
import { gapProblems, type Reading, type ReadSource, readSource, readTable } from './own/read.js'
import { samplingOf } from './own/samples.js'
import { readSeries, unequalTargets } from './own/series.js'
import { MEMORY_BUDGET } from './own/spool.js'
import { TEST, tableOf } from './preparation.js'
import type { SavedPreparation } from './saved-preparation.js'
import { setPlans } from './set-plans.js'
import { testSource } from './sources/built-in.js'
import type { Table } from './table.js'
import { GIVEN, type GivenRows, openGiven } from './tables/given-rows.js'
import type { DataWatch } from './watch.js'

export interface TestRequest extends Pick<DataRequest, 'data' | 'seed'> {
  readonly preparation: SavedPreparation
  /** Operands in place of the test rows of the spec: files, or the name of a set. */
  readonly given: readonly string[] | null
  readonly watch: DataWatch
}

export interface TestData {
  /** With the number of test rows. */
  readonly form: DataForm
  readonly test: Table
}

/**
 * Returns null if the test rows are among those of the source, so that this must be divided to find them. Throws a
 * UserError for rows that the model cannot be measured on.
 */
export async function openTest(request: TestRequest): Promise<TestData | null> {
  const { data, given } = request
  if (!('source' in data)) return testOfSet({ ...request, data })
  const source = given ? await sourceOf(given) : isShare(data.test) ? null : data.test
  return source === null ? null : testOfSource(source, { ...request, data })
}

async function testOfSet({
  data,
  seed,
  preparation,
  given,
}: TestRequest & { readonly data: SetSpec }): Promise<TestData> {
  const [word = data.dataset, ...others] = given ?? []
  if (others.length > 0 || !Object.hasOwn(DATASETS, word)) {
    throw onSetsOnly(data)
  }
  const plans = setPlans(data, seed)
  const test = await testSource({ ...data, dataset: word } as SetSpec)
  const table = await tableOf(plans, test, TEST, preparation.learnt)
  return { form: withTest(preparation.form, word, table), test: table }
}

const onSetsOnly = ({ dataset }: SetSpec): UserError =>
  new UserError(
    `This model was trained on the set ${dataset}, so it is measured on a set: ${Object.keys(DATASETS).join(', ')}.`,
  )

/** The form of test rows. Throws a UserError if it is another one than that of the training rows. */
function withTest(trained: DataForm, name: string, { fields, count }: Table): DataForm {
  const form = formOf(name, fields, { train: 0, validation: 0, test: count })
  const issues = (['inputs', 'targets'] as const).flatMap((kind) =>
    Object.entries(trained[kind]).flatMap(([key, field]): Issue[] => {
      const [found, wanted] = [form[kind][key], field].map((one) => (one ? wordsOf(one) : 'nothing'))
      const message = `${kind === 'inputs' ? 'input' : 'target'} "${key}" is ${found}, must be ${wanted}, as in training`
      return found === wanted ? [] : [{ code: 'shape', source: name, pointer: '', message }]
    }),
  )
  if (issues.length > 0) throw new UserError(`${name} does not fit the model.`, issues)
  return form
}

const wordsOf = ({ shape, classes }: Field): string =>
  classes === undefined
    ? `numbers of shape ${formatShape(shape)}`
    : `one of ${classes} classes, of shape ${formatShape(shape)}`

async function testOfSource(
  source: SourceSpec,
  request: TestRequest & { readonly data: OwnDataSpec },
): Promise<TestData> {
  const { data, given, watch } = request
  const pointer = given ? '/data/source' : '/data/test'
  const files = await findFiles(source, { ...data, sha256: null }, watch)
  const found = { source, pointer, files }
  return testIn(nameOf(found), request, (reading) => readSource(found, reading))
}

/** Rows that a program gives. Throws a UserError if there are none. */
export async function openTestRows(
  rows: GivenRows,
  request: Pick<TestRequest, 'data' | 'seed' | 'preparation' | 'watch'>,
): Promise<TestData> {
  const { data, preparation } = request
  if (!('source' in data)) throw onSetsOnly(data)
  const arrays = Object.entries(preparation.columns).filter(([, column]) => isArray(column)) as [string, Field][]
  const { missing_values } = data
  const table = await openGiven(rows, { missing_values, arrays: Object.fromEntries(arrays), numbers: new Set() })
  if (!table) throw new UserError('There are no rows to evaluate on.')
  const found = { source: GIVEN, pointer: '/data/source', files: [GIVEN] }
  try {
    return await testIn(GIVEN, { ...request, data }, (reading) => readTable(table, found, reading))
  } finally {
    table.close()
  }
}

type OwnTest = Pick<TestRequest, 'seed' | 'preparation' | 'watch'> & { readonly data: OwnDataSpec }

/** `name`: that of the rows in messages. */
async function testIn(
  name: string,
  { data, seed, preparation, watch }: OwnTest,
  read: (reading: Reading) => Promise<ReadSource>,
): Promise<TestData> {
  const decisions = { ...featuresOf(data, preparation), targets: targetsOf(data, preparation) }
  const reading = { decisions, data, watch, budget: MEMORY_BUDGET }
  return onNewRows(name, async () => preparedTest(await read(reading), reading, seed, preparation))
}

async function preparedTest(
  read: ReadSource,
  { decisions, data }: Reading,
  seed: number,
  preparation: SavedPreparation,
): Promise<TestData> {
  try {
    refuse([...gapProblems(read, decisions, data), ...(await oddLabels(decisions.targets, read))])
    const plans = plansOf(data, decisions, seed)
    const rows = await tableOf(plans, read.source, TEST, preparation.learnt)
    const series = await readSeries(data, read)
    if (!series) return { form: withTest(preparation.form, read.file, rows), test: rows }
    refuse(await unequalTargets(data, read, series.whole))
    const test = samplingOf(data)!.table(rows, series.divided)
    return { form: withTest(preparation.form, read.file, test), test }
  } finally {
    read.close()
  }
}

/** The targets of a spec in which everything is decided. */
function targetsOf(data: OwnDataSpec, { columns }: SavedPreparation): Decisions['targets'] {
  const each = Object.entries(targetColumns(data)).map(([name, target]): [string, Target] => {
    const made = target.type === 'image' ? { made: madeNames(name).find((one) => isArray(columns[one]))! } : {}
    return [name, { ...target, type: target.type!, pointer: '/data/target', ...made }]
  })
  return Object.fromEntries(each)
}

/** The name of the column that is made of pictures is that of the target, unless the source has a column of this name. */
const isArray = (column: Column | undefined): column is Field =>
  column !== undefined && isField(column) && column.shape.length > 0
