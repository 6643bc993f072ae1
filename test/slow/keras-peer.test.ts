/** Files of ours in real Keras, which PEERS_PYTHON names: they give the same outputs, and train on alike. */
import { beforeAll, describe, expect, test } from 'vitest'
import { labelsKey, soleInput, soleInputKey } from '../../src/base/form.js'
import { sizeOf } from '../../src/base/shape.js'
import type { Data } from '../../src/data/data.js'
import { readRows } from '../../src/data/table.js'
import { kerasModelFile } from '../../src/run/export/keras.js'
import { type OutputSpec, outputsOf } from '../../src/spec/outputs.js'
import { expectClose, largestMagnitude } from '../support/close.js'
import { askKeras, kerasPython, type PeerJob, type PeerResult } from '../support/keras-peer.js'
import { expectOutputs, firstInputs, type PlainArray, type Predicting } from '../support/predictions.js'
import { dataOf, drawnCases, firstModel, randomModels, specOf } from '../support/random-models.js'
import { specs } from '../support/specs.js'
import { untrained } from '../support/untrained.js'

const ROWS = 5

/** One of so many cases. */
const SOME = 8
const chosen = drawnCases(SOME)

/** Cases that are asked for together, within the time that a hook may take. */
const TOGETHER = 24
const parts = Array.from({ length: Math.ceil(chosen.length / TOGETHER) }, (_, index) => {
  const part = chosen.slice(index * TOGETHER, (index + 1) * TOGETHER)
  return { from: part[0]!.number, part }
})

/** As far apart as Keras on JAX and Keras on TensorFlow (`APART` of make_random_models.py). */
const APART = 2e-5

/** A network that Keras is to load, and to train. */
interface Case extends Predicting {
  readonly name: string
  readonly fit?: PeerJob['fit']
}

/** Asks Keras about all cases. */
async function answersFor(cases: readonly Case[]): Promise<ReadonlyMap<string, PeerResult>> {
  const jobs: PeerJob[] = []
  for (const { name, trained, inputs, fit } of cases) {
    jobs.push({ name, file: await kerasModelFile(trained), inputs, ...(fit && { fit }) })
  }
  return askKeras(jobs)
}

describe.skipIf(kerasPython === undefined)('every spec that ships, in real Keras', () => {
  const cases = new Map<string, Case>()
  let results: ReadonlyMap<string, PeerResult>
  beforeAll(async () => {
    for (const name of specs) {
      const { trained, data } = await untrained(name)
      const { network } = trained
      if (network) {
        cases.set(name, { name, trained: { ...trained, network }, inputs: await firstInputs(trained, data, ROWS) })
      } else {
        await expect(kerasModelFile(trained)).rejects.toThrow('Keras has no RBM: export it as')
      }
    }
    results = await answersFor([...cases.values()])
  })

  test.each(specs)('%s', (file) => {
    const one = cases.get(file)
    if (one) expectAnswer(one, results.get(file)!)
  })
})

function expectAnswer(asked: Case, { error, outputs }: PeerResult): void {
  expect(error).toBeUndefined()
  expectOutputs(asked, outputs)
}

describe.skipIf(kerasPython === undefined).each(parts)(
  'models drawn at random, from $from, in real Keras',
  ({ part }) => {
    const cases = part.map(caseOf)
    let results: ReadonlyMap<string, PeerResult>
    beforeAll(async () => {
      results = await answersFor(cases)
    })

    test.each(cases)('$name', (one) => {
      const result = results.get(one.name)!
      expectAnswer(one, result)
      const { history } = part.find(({ number }) => `${number}` === one.name)!
      for (const [key, values] of Object.entries(one.fit ? history : {})) {
        const absolute = APART * Math.max(0.1, largestMagnitude(values))
        expectClose(result.history![key] ?? [], values, key, { relative: 0, absolute })
      }
    })
  },
)

/** A schedule that Keras has not: the file has no optimizer, so Keras cannot train. */
const LACKING = '"LinearWarmup"'

function caseOf({ number, data: made, spec: given }: (typeof chosen)[number]): Case {
  const spec = specOf(given)
  const { batch_size, epochs, validation_split, shuffle, class_weight } = spec.fit
  const data = dataOf(made, validation_split)
  const form = { ...data.form, rows: { ...data.form.rows, train: data.train.count } }
  const trained = firstModel(spec, form)
  const samples = samplesOf(data)
  const targets = outputsOf(spec).map((output, index) =>
    targetOf(output, trained.network.outputs[index]!.shape, samples, labelsOf(data)),
  )
  return {
    name: `${number}`,
    trained,
    inputs: [samples],
    ...(!JSON.stringify(given).includes(LACKING) && {
      fit: { targets, batch_size, epochs, validation_split, shuffle, class_weight },
    }),
  }
}

/** All rows, those for training first. */
const rowsOf = (data: Data, key: string): number[] =>
  [data.train, data.validation].flatMap((table) => Array.from(readRows(table, 0, table.count, null)[key]!))

function samplesOf(data: Data): PlainArray {
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
  samples: PlainArray,
  labels: readonly number[],
): PlainArray {
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
