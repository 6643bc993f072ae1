/** Loads the data of a spec: splits the rows into training, validation and test, and prepares them for a model. */
import { type DataForm, inputKey, targetKey } from '../base/form.js'
import type { Shape } from '../base/shape.js'
import type { DataSpec } from '../spec/spec.js'
import { fieldsOf, learn, nothingLearnt, type Plans, TRAINING, tableOf } from './preparation.js'
import { setForm, setSources } from './sources/built-in.js'
import { splitLast, trainCount } from './split.js'
import { BINARIZE } from './steps/binarize.js'
import { flatten } from './steps/flatten.js'
import { stepOf } from './steps/registry.js'
import { standardize } from './steps/standardize.js'
import type { Step } from './steps/step.js'
import type { Table } from './table.js'

/** The fields of a spec that determine its data. */
export interface DataRequest {
  readonly data: DataSpec
  readonly seed: number
  readonly fit: { readonly validation_split: number }
}

export interface Data {
  readonly form: DataForm
  readonly train: Table
  readonly validation: Table
  readonly test: Table
}

/** Data whose form is known. */
export interface OpenData {
  readonly form: DataForm
  /** Reads the data into memory. */
  load(): Promise<Data>
}

/** Finds the form of the data. Those of a set that comes with the program are not read for it. */
export async function openData(request: DataRequest): Promise<OpenData> {
  return { form: describeSet(request), load: () => loadSet(request) }
}

/** Reads the data into memory. */
export const loadData = async (request: DataRequest): Promise<Data> => (await openData(request)).load()

/** Returns the form of a set that comes with the program. */
export function describeSet({ data, fit, seed }: DataRequest): DataForm {
  const { x, y, train, test } = setForm(data)
  const plans = plansOf(data, seed)
  const { [X]: input, [Y]: target } = fieldsOf(plans, { x, y }, nothingLearnt(plans))
  const rows = trainCount(train, fit.validation_split)
  return {
    name: data.dataset,
    inputs: { x: input! },
    targets: { y: target! },
    weights: false,
    rows: { train: rows, validation: train - rows, test },
  }
}

async function loadSet(request: DataRequest): Promise<Data> {
  const { data, fit, seed } = request
  const plans = plansOf(data, seed)
  const { train, test } = await setSources(data)
  const learnt = await learn(plans, train, 0, trainCount(train.count, fit.validation_split))
  return {
    form: describeSet(request),
    ...splitLast(await tableOf(plans, train, TRAINING, learnt), fit.validation_split),
    test: await tableOf(plans, test, TEST, learnt),
  }
}

/** Returns the shape of a sample before it is flattened. */
export const sampleShapeOf = (data: DataSpec): Shape => setForm(data).x.shape

/** Keys of the fields of built-in data. */
const [X, Y] = [inputKey('x'), targetKey('y')]

/** Number of the source of test samples, as TRAINING is that of training samples. */
const TEST = 1

function plansOf(
  { flatten: isFlat, standardize: isStandard, binarize, steps: further }: DataSpec,
  seed: number,
): Plans {
  const steps: readonly Step[] = [
    ...(isFlat ? [flatten] : []),
    ...(isStandard ? [standardize] : []),
    ...(binarize === null ? [] : [BINARIZE[binarize](seed)]),
    ...further.map((step) => stepOf(step, seed)),
  ]
  return { [X]: [{ column: 'x', steps }], [Y]: [{ column: 'y', steps: [] }] }
}
