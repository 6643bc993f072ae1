/** Loads the data of a spec: splits the rows into training, validation and test, and prepares them for a model. */
import { countUp } from '../base/count-up.js'
import { type DataForm, soleInput } from '../base/form.js'
import type { Shape } from '../base/shape.js'
import type { SetSpec } from '../spec/data.js'
import type { OutputSpec } from '../spec/outputs.js'
import type { DataSpec, LossSpec } from '../spec/spec.js'
import { targetKindOf } from '../spec/target-kinds.js'
import { otherRows, trainingPlans, trainingRows } from './augment/training-rows.js'
import type { LoadedData, OpenData, RawData } from './data.js'
import { consecutiveFolds, type Fitting, foldOf, withFold } from './own/fold.js'
import { fieldsOf, learn, nothingLearnt, TEST, TRAINING, tableOf } from './preparation.js'
import { setPlans, X, Y } from './set-plans.js'
import { setForm, setSources } from './sources/built-in.js'
import { lastRows } from './split.js'
import { countOf, type RowSet, rowsOf } from './table.js'
import { type DataWatch, UNWATCHED } from './watch.js'

/** The fields of a spec that determine its data. */
export interface DataRequest {
  readonly data: DataSpec
  readonly seed: number
  readonly fit: Fitting
  /** Decide whether a target is a class or a number. */
  readonly loss?: LossSpec | undefined
  readonly outputs?: Readonly<Record<string, Pick<OutputSpec, 'loss' | 'target'>>> | undefined
}

type SetRequest = DataRequest & { readonly data: SetSpec }

/**
 * Finds the form of the data. A set that comes with the program is not read for it; data of the user are. Throws a
 * DataError with problems of the spec, or a UserError with problems of a file.
 */
export async function openData(request: DataRequest, watch: DataWatch = UNWATCHED): Promise<OpenData> {
  const { data, seed, fit } = request
  if ('source' in data) {
    const { openOwn } = await import('./own/open.js')
    return openOwn({ data, seed, fit, kindOf: targetKindOf(request), watch })
  }
  const set = { ...request, data }
  return {
    given: data,
    data,
    form: describeSet(set),
    texts: [],
    decided: [],
    load: () => loadSet(set),
    raw: () => rawSet(set),
  }
}

/** Reads the data into memory. */
export const loadData = async (request: DataRequest): Promise<LoadedData> => (await openData(request)).load()

/** Returns the form of a set that comes with the program. */
export function describeSet({ data, fit, seed }: SetRequest): DataForm {
  const { x, y, train, test } = setForm(data)
  const plans = setPlans(data, seed)
  const { [X]: input, [Y]: target } = fieldsOf(plans, { x, y }, nothingLearnt(plans))
  const rows = partsOfSet(train, fit)
  return {
    name: data.dataset,
    inputs: { x: input! },
    targets: { y: target! },
    weights: false,
    rows: { train: countOf(rows.train), validation: countOf(rows.validation), test },
  }
}

/** Divides the training samples of a set: the last ones validate, or one of consecutive folds. */
function partsOfSet(count: number, fit: Fitting): Readonly<Record<'train' | 'validation', RowSet>> {
  const fold = foldOf(fit)
  if (fold === null) return lastRows(count, fit.validation_split)
  const all = { train: countUp(0, count), validation: new Uint32Array(), test: new Uint32Array() }
  return withFold(all, consecutiveFolds(count, fold.of), fold.index)
}

async function loadSet(request: SetRequest): Promise<LoadedData> {
  const { data, fit, seed } = request
  const plans = setPlans(data, seed)
  const { train, test } = await setSources(data)
  const rows = partsOfSet(train.count, fit)
  const learnt = await learn(plans, train, rows.train)
  const training = trainingPlans(plans, train.columns, learnt, seed)
  const form = describeSet(request)
  const preparation = { form, columns: train.columns, facts: {}, learnt }
  const known = { form, preparation, test: await tableOf(plans, test, TEST, learnt) }
  if (training) {
    const [validation] = await otherRows({ plans, learnt, source: train }, [rows.validation])
    return { ...known, train: await trainingRows(training, train, rows.train), validation: validation! }
  }
  const whole = await tableOf(plans, train, TRAINING, learnt)
  return { ...known, train: rowsOf(whole, rows.train), validation: rowsOf(whole, rows.validation) }
}

async function rawSet({ data, fit }: SetRequest): Promise<RawData> {
  const { train, test } = await setSources(data)
  const rows = partsOfSet(train.count, fit)
  return {
    inputs: ['x'],
    targets: ['y'],
    parts: {
      train: { source: train, rows: rows.train },
      validation: { source: train, rows: rows.validation },
      test: { source: test, rows: { from: 0, to: test.count } },
    },
    dropped: 0,
    sample: null,
    close: () => {},
  }
}

/** Returns the shape of a sample before it is flattened. */
export const sampleShapeOf = (data: DataSpec, form: DataForm): Shape =>
  'source' in data ? soleInput(form).shape : setForm(data).x.shape
