/** Checks that the preparation of data inside an ONNX model is that of the data. */
import { expect } from 'vitest'
import { ARRAYS } from '../../src/base/field.js'
import { inputKey, inputShapes } from '../../src/base/form.js'
import { formatIssue } from '../../src/base/issue.js'
import { type Column, isField, picked, type Values, widthOf } from '../../src/data/column.js'
import type { RawPart } from '../../src/data/data.js'
import { rowsIn } from '../../src/data/preparation.js'
import { readRows } from '../../src/data/table.js'
import { onnxModel } from '../../src/run/export/onnx.js'
import type { TrainedModel } from '../../src/run/open-model.js'
import { type OnnxTensor, onnxTensor, openOnnx } from './onnx-file.js'
import type { Untrained } from './untrained.js'

/** Compares the outputs for the first rows of a part, as they are in the source and as the table has them. */
export async function expectSamePrepared(
  { trained, data, raw }: Untrained,
  part: 'train' | 'test',
  rows: number,
): Promise<void> {
  const { form } = trained
  const whole = await openOnnx(await onnxModel(trained, { withPreparation: true }))
  const model = await openOnnx(await onnxModel(trained, { withPreparation: false }))
  const { parts, sample } = await raw()
  const count = sample ? 1 : rows
  const stored = readRows(data[part], 0, count, null)
  const shapes = inputShapes(form)
  const inputs = Object.entries(form.inputs).map(([name, { divisor }]) => {
    const values = Float32Array.from(stored[inputKey(name)] as Float32Array, (value) => value / divisor)
    return [name, onnxTensor(values, [count, ...shapes[name]!])]
  })
  const expected = await model.run(Object.fromEntries(inputs))
  const given = parts[part]
  const numbers = sample ? Uint32Array.from(sample.inputs) : firstOf(given, rows)
  const dims = sample ? [1, numbers.length] : [rows]
  const columns = await Promise.all(
    whole.inputNames.map(async (name): Promise<[string, OnnxTensor]> => {
      const column = given.source.columns[name]!
      return [name, tensorOf(await valuesOf(given, name, numbers), column, dims)]
    }),
  )
  const found = await whole.run(Object.fromEntries(columns))
  for (const [index, name] of model.outputNames.entries()) {
    const values = found[whole.outputNames[index]!]!.data
    const differences = expected[name]!.data.map((one, at) => Math.abs(one - values[at]!))
    expect(Math.max(...differences), name).toBeLessThan(1e-6)
  }
}

const firstOf = ({ rows }: RawPart, count: number): Uint32Array =>
  rows instanceof Uint32Array ? rows.slice(0, count) : Uint32Array.from({ length: count }, (_, at) => rows.from + at)

/** The values of a column in these rows, before any step. */
async function valuesOf({ source }: RawPart, name: string, wanted: Uint32Array): Promise<Values> {
  const found: (number | string | null)[] = []
  for await (const { from, count, columns } of source.rows([name])) {
    const places = rowsIn(wanted, from, count).map((row) => row - from)
    for (const value of picked(columns[name]!, places, widthOf(source.columns[name]!))) found.push(value)
  }
  return found as Values
}

/** A gap is an empty text. */
function tensorOf(values: Values, column: Column, dims: readonly number[]): OnnxTensor {
  const all = Array.from(values as ArrayLike<string | number | null>)
  if (column.values === 'text')
    return onnxTensor(
      all.map((one) => one ?? ''),
      dims,
      'string',
    )
  const numbers = all as number[]
  if (!isField(column)) return onnxTensor(Float64Array.from(numbers), dims, 'float64')
  return onnxTensor(ARRAYS[column.dtype].from(numbers), [...dims, ...column.shape], column.dtype)
}

/** The words if the preparation cannot be in the model. */
export const refusal = (trained: TrainedModel): Promise<string> =>
  onnxModel(trained, { withPreparation: true }).then(
    () => 'nothing',
    ({ message, issues }) => [message, ...issues.map(formatIssue)].join('\n'),
  )
