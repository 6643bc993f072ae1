/** Each object of a spec has the name of a class of Keras. */
import { describe, expect, test } from 'vitest'
import { compileConfig, NotInKeras } from '../../../src/export/keras/compile.js'
import { kerasLayer } from '../../../src/export/keras/layers.js'
import { type LayerSpec, type SupervisedSpec, specSchema } from '../../../src/spec/spec.js'
import { kerasFixture } from '../../support/keras.js'
import { allMetrics, lossTypes, optimizerTypes } from '../../support/spec.js'

const { kinds } = kerasFixture('names')

/** A spec of a network whose output has three numbers. */
const specOf = (fields: object): SupervisedSpec => {
  const model = { type: 'Sequential', layers: [{ type: 'Dense', units: 3 }] }
  return { name: 'test', ...specSchema.parse({ data: 'mnist', model, loss: 'mse', ...fields }) } as SupervisedSpec
}

interface Compiled {
  readonly optimizer: { readonly class_name: string; readonly config: { readonly learning_rate: unknown } }
  readonly loss: { readonly class_name: string }
  readonly metrics: readonly (string | { readonly class_name: string })[]
}

const compiled = (fields: object, stepsPerEpoch: number | null = null): Compiled =>
  compileConfig(specOf(fields), [[3]], stepsPerEpoch) as unknown as Compiled

test.each(lossTypes)('loss %s', (loss) => {
  expect(kinds.losses.flat()).toContain(compiled({ loss }).loss.class_name)
})

test.each(allMetrics)('metric %j', (metric) => {
  const [made] = compiled({ metrics: [metric] }).metrics
  // Keras chooses the kind of accuracy; some losses are metrics as functions only
  if (typeof made === 'object') expect([...kinds.metrics.flat(), 'MeanMetricWrapper']).toContain(made.class_name)
  else expect(made).toBe('accuracy')
})

test.each(optimizerTypes)('optimizer %s', (optimizer) => {
  expect(kinds.optimizers.flat()).toContain(compiled({ optimizer }).optimizer.class_name)
})

describe('objects in layers', () => {
  const dense = (fields: object) =>
    kerasLayer(
      specOf({ model: { type: 'Sequential', layers: [{ type: 'Dense', units: 3, ...fields }] } }).model
        .layers[0] as LayerSpec,
      'x',
    )

  test.each([
    [
      'initializers',
      'kernel_initializer',
      ['zeros', 'constant', 'identity', 'he_normal', 'lecun_uniform', 'variance_scaling', 'orthogonal'],
    ],
    ['regularizers', 'kernel_regularizer', ['L1', 'L2', 'L1L2', 'OrthogonalRegularizer']],
    ['constraints', 'bias_constraint', ['MaxNorm', 'NonNeg', 'UnitNorm', 'MinMaxNorm']],
  ] as const)('%s', (kind, field, types) => {
    for (const type of types) {
      const { class_name } = dense({ [field]: { type } }).config[field] as { class_name: string }
      expect(kinds[kind].flat()).toContain(class_name)
    }
  })
})

describe('learning rates', () => {
  const scheduled = (learning_rate: object, stepsPerEpoch: number | null) =>
    compiled({ optimizer: { type: 'SGD', learning_rate } }, stepsPerEpoch).optimizer.config.learning_rate

  test('a schedule in epochs counts their steps', () => {
    const schedule = {
      type: 'ExponentialDecay',
      initial_learning_rate: 1,
      decay_steps: { epochs: 1.5 },
      decay_rate: 0.5,
    }
    expect(scheduled(schedule, 10)).toMatchObject({ class_name: 'ExponentialDecay', config: { decay_steps: 15 } })
    expect(() => scheduled(schedule, null)).toThrow(
      'the length of an epoch is not known, in which ExponentialDecay counts',
    )
  })

  test.each(['OneCycle', 'LinearWarmup'])('%s is not in Keras', (type) => {
    const fields = type === 'OneCycle' ? { max_learning_rate: 1 } : { warmup_steps: 2, learning_rate: 1 }
    expect(() => scheduled({ type, ...fields }, 10)).toThrow(new NotInKeras(`Keras has no ${type}`))
  })
})
