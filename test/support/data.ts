/** Made-up data: samples `x` and a class `y` of each. */
import { classField, type Field, type Numbers } from '../../src/base/field.js'
import { type DataForm, inputKey, targetKey } from '../../src/base/form.js'
import { type DataRequest, describeSet, loadData } from '../../src/data/load.js'
import { lastRows } from '../../src/data/split.js'
import { memoryTable, readRows, rowsOf, type Table } from '../../src/data/table.js'
import type { SetSpec } from '../../src/spec/data.js'
import type { DataSpec } from '../../src/spec/spec.js'

interface Made extends Partial<Omit<Field, 'classes'>> {
  readonly name?: string
  /** Shape of a sample. */
  readonly shape: Field['shape']
  readonly classes?: number
  readonly rows?: Partial<DataForm['rows']>
}

export const formOf = ({ name = 'test', classes = 0, rows, ...x }: Made): DataForm => ({
  name,
  inputs: { x: { dtype: 'float32', divisor: 1, values: 'real', ...x } },
  targets: { y: classField(classes) },
  weights: false,
  rows: { train: 1, validation: 0, test: 0, ...rows },
})

/** Keys of input `x` and target `y`, which data of one input and one target have here. */
export const [X, Y] = [inputKey('x'), targetKey('y')]

/** The arrays of a batch of such data. */
export const arraysOf = (x: Numbers, y?: Numbers) => ({ [X]: x, ...(y && { [Y]: y }) })

/** A table of such data. */
export const tableOf = ({ inputs, targets }: DataForm, x: Numbers, y: Int32Array): Table =>
  memoryTable({ [X]: inputs.x!, [Y]: targets.y! }, arraysOf(x, y), y.length)

/** The values of a whole table, as they are stored. */
export function storedOf(table: Table) {
  const { [X]: x, [Y]: y } = readRows(table, 0, table.count, null)
  return { x: x!, y: y! }
}

/** The data of a spec's `data`, none of them for validation. */
const alone = (data: DataSpec, seed = 0): DataRequest => ({ data, seed, fit: { validation_split: 0 } })

/** The data set of a spec that names one. */
export function setOf(data: DataSpec): SetSpec {
  if ('source' in data) throw new Error('this spec names no data set')
  return data
}

export const formOfSpec = (spec: DataRequest): DataForm => describeSet({ ...spec, data: setOf(spec.data) })
export const formOfData = (data: DataSpec): DataForm => formOfSpec(alone(data))
export const dataOf = (data: DataSpec, seed?: number) => loadData(alone(data, seed))

/** The rows for training and for validation of a table that is divided as Keras' `validation_split` says. */
export function splitLast(table: Table, fraction: number): { readonly train: Table; readonly validation: Table } {
  const { train, validation } = lastRows(table.count, fraction)
  return { train: rowsOf(table, train), validation: rowsOf(table, validation) }
}
