/** Data and first weights of the models in random_models.json, as in test/fixtures/keras/make_random_models.py. */
import type { Named } from '../../src/base/field.js'
import { type DataForm, inputShapes } from '../../src/base/form.js'
import { type Shape, sizeOf } from '../../src/base/shape.js'
import type { Data } from '../../src/data/data.js'
import { buildModel, type Model } from '../../src/model/model.js'
import type { Saveable } from '../../src/model/saveable.js'
import type { TrainedModel } from '../../src/run/open-model.js'
import { outputsOf } from '../../src/spec/outputs.js'
import { type SupervisedSpec, specSchema } from '../../src/spec/spec.js'
import { formOf, splitLast, tableOf } from './data.js'
import { evenly, hashes } from './hashed.js'
import { initialWeight, kerasFixture, type RandomModel } from './keras.js'

export const randomModels = kerasFixture('random_models')
const { samples, classes } = randomModels

/** True for every case with RANDOM_MODELS=all, else for one in `some`. */
export const isDrawn = (index: number, some: number): boolean =>
  process.env.RANDOM_MODELS === 'all' || index % some === 0

/** The cases of a test that cannot always try all of them. */
export const drawnCases = (some: number): readonly RandomModel[] =>
  randomModels.cases.filter((_, index) => isDrawn(index, some))

export const specOf = (spec: RandomModel['spec']): SupervisedSpec =>
  ({ name: 'random', ...specSchema.parse({ data: 'mnist', ...spec }) }) as SupervisedSpec

/** A network of a spec with its first weights, as if it was trained. */
export function firstModel(spec: SupervisedSpec, form: DataForm): TrainedModel & { readonly network: Model } {
  const network = buildModel(spec.model, inputShapes(form), 0, outputsOf(spec))
  const preparation = { form, columns: {}, facts: {}, learnt: {} }
  return { directory: '', spec, form, preparation, model: network, network, weights: firstValues(network) }
}

export const firstValues = ({ weights }: Pick<Saveable, 'weights'>): Named<Float32Array> =>
  Object.fromEntries(weights.map(({ name, shape }) => [name, firstValue(name, shape)]))

/** The samples and classes of a model; the last rows are for validation. */
export function dataOf({ kind, shape, below }: RandomModel['data'], validationSplit: number): Data {
  const count = samples * sizeOf(shape)
  const lengths = hashes('lengths', samples).map((hash) => 1 + (hash % shape[0]!))
  const isPadding = (index: number) => {
    const step = Math.floor(index / sizeOf(shape.slice(1))) % shape[0]!
    return step >= lengths[Math.floor(index / sizeOf(shape))]!
  }
  const values = {
    whole: () => hashes('x', count).map((hash) => hash % below!),
    bytes: () => hashes('x', count).map((hash) => hash >>> 24),
    real: () => evenly('x', count).map((value) => 2 * value),
    padded: () => evenly('x', count).map((value, index) => (isPadding(index) ? 0 : 2 * value)),
  }[kind]()
  const x = kind === 'bytes' ? Uint8Array.from(values) : Float32Array.from(values)
  const field = kind === 'bytes' ? ({ dtype: 'uint8', divisor: 255 } as const) : {}
  const form = formOf({ shape, classes, ...field, rows: { train: samples, test: samples } })
  const table = tableOf(
    form,
    x,
    Int32Array.from(hashes('y', samples), (hash) => hash % classes),
  )
  return { form, ...splitLast(table, validationSplit), test: table }
}

/** The first values of a weight. */
function firstValue(name: string, shape: Shape): Float32Array {
  const values = evenly(name, sizeOf(shape))
  const own = name.split('/').at(-1)!
  if (['gamma', 'scale', 'moving_variance'].includes(own)) return Float32Array.from(values, (value) => 1 + 0.3 * value)
  if (shape.length < 2) return Float32Array.from(values, (value) => 0.3 * value)
  return initialWeight(name, shape)
}
