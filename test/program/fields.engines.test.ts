/** Several inputs and targets, numbers as targets, and weights of samples: whole runs go as in Keras, on each engine. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { classField, type Field, type Named, type Numbers } from '../../src/base/field.js'
import { type DataForm, inputKey, targetKey, WEIGHT } from '../../src/base/form.js'
import { sizeOf } from '../../src/base/shape.js'
import type { Data } from '../../src/data/data.js'
import { memoryTable } from '../../src/data/table.js'
import { openEngine } from '../../src/engine/registry.js'
import { checkModel } from '../../src/model/check-model.js'
import { openSession } from '../../src/run/session.js'
import { outputsOf } from '../../src/spec/outputs.js'
import type { SupervisedSpec } from '../../src/spec/spec.js'
import { expectClose } from '../support/close.js'
import { splitLast } from '../support/data.js'
import { engineNames, someOn, toleranceOn } from '../support/engines.js'
import { evenly, hashes } from '../support/hashed.js'
import { type FieldsCase, kerasFixture } from '../support/keras.js'
import { epochsFromKeras } from '../support/keras-run.js'
import { resolveSpec } from '../support/spec.js'

const { rows, cases } = kerasFixture('fields')

describe.each(engineNames)('on %s', (engineName) => {
  test.each(cases)('$name', async (one) => {
    const spec = resolveSpec({ layers: [], loss: undefined, ...one.spec })
    const data = dataOf(one, spec)
    expect(checkModel(spec, data.form, outputsOf(spec))).toEqual([])
    const { engine } = await openEngine(engineName, { device: 'cpu', precision: 'float32', logs: false })
    const session = await openSession(spec, data, engine)
    const { model, runner } = session
    onTestFinished(() => runner.dispose())
    const someOf = (values: readonly number[]) => someOn(engineName, values, 1)
    const epochs = await epochsFromKeras(session, someOf(one.history.loss!).length)
    const closely = toleranceOn(engineName, { relative: 2e-5, absolute: 2e-6 })
    expect(Object.keys(epochs[0]!).toSorted()).toEqual(Object.keys(one.history).toSorted())
    for (const [key, values] of Object.entries(one.history)) {
      expectClose(
        epochs.map((metrics) => metrics[key]!),
        someOf(values),
        key,
        closely,
      )
    }
    const state = await runner.read()
    expect(model.weights.map(({ name }) => name).toSorted()).toEqual(Object.keys(one.final).toSorted())
    if (epochs.length < one.history.loss!.length) return
    for (const [name, values] of Object.entries(one.final)) expectClose(state[name]!, values, name, closely)
  })
})

// The same in test/fixtures/keras/make_fields.py ------------------------------

function dataOf({ inputs, targets, weights }: FieldsCase, { fit }: SupervisedSpec): Data {
  const plain: Field = { shape: [], dtype: 'float32', divisor: 1, values: 'real' }
  const form: DataForm = {
    name: 'made',
    inputs: mapped(inputs, ({ shape }) => ({ ...plain, shape })),
    targets: mapped(targets, ({ shape, classes, flags }) =>
      classes === undefined ? { ...plain, shape: shape!, ...(flags && { values: 'binary' }) } : classField(classes),
    ),
    weights,
    rows: { train: rows, validation: 0, test: rows },
  }
  const fields = {
    ...keyed(form.inputs, inputKey),
    ...keyed(form.targets, targetKey),
    ...(weights && { [WEIGHT]: plain }),
  }
  const columns = {
    ...keyed(mapped(inputs, inputOf), inputKey),
    ...keyed(mapped(targets, targetOf), targetKey),
    [WEIGHT]: Float32Array.from(evenly('weight', rows), (value) => Math.abs(2 * value)),
  }
  const table = memoryTable(fields, columns, rows)
  return { form, ...splitLast(table, fit.validation_split), test: table }
}

function inputOf({ shape, padded }: FieldsCase['inputs'][string], name: string): Numbers {
  const count = rows * sizeOf(shape)
  const padding = hashes(`${name}/padding`, count)
  return Float32Array.from(evenly(name, count), (value, at) => (padded && padding[at]! % 3 === 0 ? 0 : 2 * value))
}

function targetOf({ shape = [], classes, flags, one_hot }: FieldsCase['targets'][string], name: string): Numbers {
  if (classes !== undefined) {
    return Int32Array.from(hashes(name, rows), (hash) => Math.min(hash % (2 * classes), classes - 1))
  }
  const count = rows * sizeOf(shape)
  if (flags) return Float32Array.from(hashes(name, count), (hash) => hash % 2)
  if (!one_hot) return Float32Array.from(evenly(name, count), (value) => 2 * value)
  const width = shape[0]!
  const hot = hashes(name, rows)
  return Float32Array.from({ length: count }, (_, at) => +(hot[Math.floor(at / width)]! % width === at % width))
}

const mapped = <From, To>(values: Named<From>, make: (value: From, name: string) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(value, name)]))

const keyed = <Value>(values: Named<Value>, keyOf: (name: string) => string): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [keyOf(name), value]))
