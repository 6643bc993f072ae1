/** Files of ours in real Keras, which PEERS_PYTHON names: they give the same outputs, and train on alike. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { inputShapes, labelsKey, soleInput, soleInputKey } from '../../src/base/form.js'
import { sizeOf } from '../../src/base/shape.js'
import type { Data } from '../../src/data/data.js'
import { readRows } from '../../src/data/table.js'
import { compileConfig, NotInKeras } from '../../src/export/keras/compile.js'
import { kerasFile } from '../../src/export/keras/keras-file.js'
import { buildModel, type Model } from '../../src/model/model.js'
import { type OutputSpec, outputsOf } from '../../src/spec/outputs.js'
import { type SupervisedSpec, specSchema } from '../../src/spec/spec.js'
import { expectClose, largestMagnitude } from '../support/close.js'
import { askKeras, kerasPython, type PeerArray, type PeerJob, type PeerResult } from '../support/keras-peer.js'
import { dataOf, firstValue, randomModels } from '../support/random-models.js'

/** Every case with RANDOM_MODELS=all, else some. */
const SOME = 8
const isChosen = (_: unknown, index: number) => process.env.RANDOM_MODELS === 'all' || index % SOME === 0

/** As far apart as Keras on JAX and Keras on TensorFlow (`APART` of make_random_models.py). */
const APART = 2e-5

/** Outputs on a few rows, by ours. */
function outputsBy(model: Model, weights: Readonly<Record<string, Float32Array>>, inputs: readonly PeerArray[]) {
  const tensor = ({ shape, values }: PeerArray) => tf.tensor(Float32Array.from(values), [...shape])
  return tf.tidy(() => {
    const given = Object.fromEntries(Object.keys(model.inputs).map((name, index) => [name, tensor(inputs[index]!)]))
    const values = Object.fromEntries(
      model.weights.map(({ name, shape }) => [name, tensor({ shape, values: weights[name]! })]),
    )
    return model.apply(given, values).outputs.map(({ output }) => Array.from(output.dataSync()))
  })
}

describe.skipIf(kerasPython === undefined)('models drawn at random, in real Keras', () => {
  const cases = randomModels.cases.filter(isChosen)
  const models = cases.map(({ number, data: made, spec: given }) => {
    const spec = { name: 'random', ...specSchema.parse({ data: 'mnist', ...given }) } as SupervisedSpec
    const data = dataOf(made, spec.fit.validation_split)
    const model = buildModel(spec.model, inputShapes(data.form), 0, outputsOf(spec))
    const weights = Object.fromEntries(model.weights.map(({ name, shape }) => [name, firstValue(name, shape)]))
    return { name: `${number}`, spec, data, model, weights }
  })
  let results: ReadonlyMap<string, PeerResult>
  const inputs = new Map<string, readonly PeerArray[]>()

  beforeAll(async () => {
    const jobs: PeerJob[] = []
    for (const { name, spec, data, model, weights } of models) {
      const { form } = data
      const compile = compiled(spec, model, Math.ceil(form.rows.train / spec.fit.batch_size))
      const file = await kerasFile(model, weights, { name: 'random', compile, metadata: {} })
      const { batch_size, epochs, validation_split, shuffle, class_weight } = spec.fit
      const samples = samplesOf(data)
      inputs.set(name, [samples])
      const targets = outputsOf(spec).map((output, index) =>
        targetOf(output, model.outputs[index]!.shape, samples, labelsOf(data)),
      )
      jobs.push({
        name,
        file,
        inputs: [samples],
        ...(compile !== null && { fit: { targets, batch_size, epochs, validation_split, shuffle, class_weight } }),
      })
    }
    results = await askKeras(jobs)
  })

  test.each(models)('$name', ({ name, model, weights }) => {
    const result = results.get(name)!
    expect(result.error).toBeUndefined()
    for (const [index, values] of outputsBy(model, weights, inputs.get(name)!).entries()) {
      expectClose(result.outputs[index]!, values, `output ${index}`, { relative: 1e-5, absolute: 1e-5 })
    }
    if (result.history === undefined) return
    const { history } = cases.find(({ number }) => `${number}` === name)!
    for (const [key, values] of Object.entries(history)) {
      const absolute = APART * Math.max(0.1, largestMagnitude(values))
      expectClose(result.history[key] ?? [], values, key, { relative: 0, absolute })
    }
  })
})

/** The arguments of `compile`; null for a schedule that Keras has not. */
function compiled(spec: SupervisedSpec, model: Model, stepsPerEpoch: number) {
  try {
    const shapes = model.outputs.map(({ shape }) => shape)
    return compileConfig(spec, shapes, stepsPerEpoch)
  } catch (error) {
    if (error instanceof NotInKeras) return null
    throw error
  }
}

/** All rows, those for training first. */
const rowsOf = (data: Data, key: string): number[] =>
  [data.train, data.validation].flatMap((table) => Array.from(readRows(table, 0, table.count, null)[key]!))

function samplesOf(data: Data): PeerArray {
  const { shape, divisor } = soleInput(data.form)
  const values = rowsOf(data, soleInputKey(data.form)).map((value) => Math.fround(value / divisor))
  return { shape: [values.length / sizeOf(shape), ...shape], values }
}

const labelsOf = (data: Data): number[] => rowsOf(data, labelsKey(data.form))

/** Losses of one class of several that take its number. */
const SPARSE = ['sparse_categorical_crossentropy', 'categorical_generalized_cross_entropy', 'circle']

/** The targets of an output in the form in which its loss takes them in Keras. */
function targetOf(
  { target, loss }: OutputSpec,
  shape: readonly number[],
  samples: PeerArray,
  labels: readonly number[],
): PeerArray {
  const rows = labels.length
  if (target.type === 'input') return { shape: [rows, ...shape], values: samples.values }
  const groups = target.type === 'grouped_label' ? target.groups : null
  const numbers = groups ? labels.map((label) => groups.findIndex((group) => group.includes(label))) : labels
  const classes = groups ? groups.length : randomModels.classes
  const size = shape.at(-1)!
  const isSparse = SPARSE.includes(loss.type) || (loss.type === 'crossentropy' && size > 1)
  if (isSparse) return { shape: [rows], values: numbers }
  if (size !== classes) return { shape: [rows, 1], values: numbers }
  return { shape: [rows, classes], values: numbers.flatMap((label) => oneHot(label, classes)) }
}

const oneHot = (label: number, classes: number): number[] =>
  Array.from({ length: classes }, (_, index) => Number(index === label))
