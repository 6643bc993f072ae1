/** Made-up data: samples `x` and a class `y` of each. */
import { classField, type Field, type Numbers } from '../../src/base/field.js'
import type { DataForm } from '../../src/base/form.js'
import { type DataRequest, describeSet, loadData } from '../../src/data/load.js'
import { memoryTable, readRows, type Table } from '../../src/data/table.js'
import type { DataSpec } from '../../src/spec/spec.js'

interface Made extends Partial<Omit<Field, 'classes'>> {
  readonly name?: string
  /** Of a sample. */
  readonly shape: Field['shape']
  readonly classes?: number
  readonly rows?: Partial<DataForm['rows']>
}

export const formOf = ({ name = 'test', classes = 0, rows, ...x }: Made): DataForm => ({
  name,
  inputs: { x: { dtype: 'float32', divisor: 1, values: 'real', ...x } },
  targets: { y: classField(classes) },
  rows: { train: 1, validation: 0, test: 0, ...rows },
})

export const tableOf = ({ inputs, targets }: DataForm, x: Numbers, y: Int32Array): Table =>
  memoryTable({ ...inputs, ...targets }, { x, y }, y.length)

/** The values of a whole table, as they are stored. */
export const storedOf = (table: Table) =>
  readRows(table, 0, table.count, null) as { readonly x: Numbers; readonly y: Numbers }

/** The data of a spec's `data`, none of them for validation. */
const alone = (data: DataSpec, seed = 0): DataRequest => ({ data, seed, fit: { validation_split: 0 } })

export const formOfData = (data: DataSpec): DataForm => describeSet(alone(data))
export const dataOf = (data: DataSpec, seed?: number) => loadData(alone(data, seed))
