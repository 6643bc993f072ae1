/** Every name that a spec may use is implemented. */
import { describe, expect, test } from 'vitest'
import { openEngine } from '../../src/engine/registry.js'
import { ACTIVATION_FUNCTIONS } from '../../src/model/activations.js'
import { initializerOf } from '../../src/model/initializers.js'
import { layerRule } from '../../src/model/layers/registry.js'
import { LOSS_FUNCTIONS } from '../../src/model/losses.js'
import { metricFor } from '../../src/model/metrics/registry.js'
import { buildOptimizer } from '../../src/program/optimizers/registry.js'
import { ACTIVATIONS } from '../../src/spec/activations.js'
import { AUGMENTATIONS } from '../../src/spec/augmentation.js'
import { CALLBACKS } from '../../src/spec/callbacks.js'
import { CONSTRAINTS } from '../../src/spec/constraints.js'
import type { SetSpec } from '../../src/spec/data.js'
import { DATASETS } from '../../src/spec/data.js'
import { FINE_TUNINGS } from '../../src/spec/dbn.js'
import { ENGINES } from '../../src/spec/engines.js'
import { FEATURES } from '../../src/spec/features.js'
import { INITIALIZERS, type InitializerSpec, initializer } from '../../src/spec/initializers.js'
import { LAYERS } from '../../src/spec/layers.js'
import { LOSSES } from '../../src/spec/losses.js'
import { METRICS } from '../../src/spec/metrics.js'
import { OPTIMIZERS } from '../../src/spec/optimizers.js'
import { ALGORITHMS, HIDDEN, VISIBLE } from '../../src/spec/rbm.js'
import { RBM_METRICS } from '../../src/spec/rbm-metrics.js'
import { REGULARIZERS } from '../../src/spec/regularizers.js'
import { scheduleSchema } from '../../src/spec/schedules.js'
import type { EngineName, LayerSpec } from '../../src/spec/spec.js'
import { STEPS } from '../../src/spec/steps.js'
import { formOfData } from '../support/data.js'
import { engineNames } from '../support/engines.js'
import { allMetrics, lossTypes, optimizerTypes, resolveData, resolveMetric, resolveSpec } from '../support/spec.js'

interface Member {
  readonly shape: { readonly type: { readonly in: { readonly options: readonly string[] } } }
}

/** `mean_squared_error (mse, MSE)` */
const withAliases = (members: readonly Member[]) =>
  members.map(({ shape }) => {
    const [type, ...aliases] = shape.type.in.options
    return named(type!, aliases)
  })

const named = (type: string, aliases: readonly string[]) =>
  aliases.length === 0 ? type : `${type} (${aliases.join(', ')})`

test('names change only on purpose', async () => {
  const kinds = {
    layers: withAliases(LAYERS),
    activations: Object.keys(ACTIVATIONS),
    initializers: withAliases(INITIALIZERS),
    regularizers: withAliases(REGULARIZERS),
    constraints: withAliases(CONSTRAINTS),
    optimizers: withAliases(OPTIMIZERS),
    schedules: withAliases(scheduleSchema.options),
    losses: withAliases(LOSSES),
    callbacks: withAliases(CALLBACKS),
    metrics: METRICS.map(({ type, aliases }) => named(type, aliases)),
    'metrics of an RBM': RBM_METRICS.map(({ type }) => type),
    'algorithms of an RBM': ALGORITHMS.map(({ shape }) => shape.algorithm.value),
    'fine-tunings of a DBN': Object.keys(FINE_TUNINGS),
    'visible units': withAliases(VISIBLE),
    'hidden units': withAliases(HIDDEN),
    datasets: Object.keys(DATASETS),
    steps: withAliases(STEPS),
    'types of features': withAliases(FEATURES),
    augmentations: withAliases(AUGMENTATIONS),
    engines: Object.keys(ENGINES),
  }
  const text = Object.entries(kinds).map(([kind, names]) =>
    [`${kind}:`, ...names.map((name) => `  ${name}`)].join('\n'),
  )
  await expect(`${text.join('\n')}\n`).toMatchFileSnapshot('../golden/names.txt')
})

/** No name more and none less. */
const sameNames = (table: object, names: object) =>
  expect(Object.keys(table).toSorted()).toEqual(Object.keys(names).toSorted())

describe('behind each name there is', () => {
  test('an activation', () => sameNames(ACTIVATION_FUNCTIONS, ACTIVATIONS))

  test.each(INITIALIZERS.map(({ shape }) => shape.type.in.options[0] as InitializerSpec['type']))(
    'an initializer: %s',
    (type) => {
      const schema = initializer(type, '')
      expect(initializerOf(schema.parse(undefined) as InitializerSpec)).toBeTypeOf('function')
    },
  )

  test('a loss', () => expect(Object.keys(LOSS_FUNCTIONS)).toEqual(lossTypes))

  const structure = ['Block', 'Shared']
  const types = LAYERS.map(({ shape }) => shape.type.in.options[0]!).filter((type) => !structure.includes(type))
  test.each(types)('a layer: %s', (type) => {
    const needed = {
      ...{ units: 2, activation: 'relu', rate: 0.5, stddev: 0.5, groups: 2, shape: [4], target_shape: [2, 2] },
      ...{ dims: [1], n: 2, filters: 2, kernel_size: 2, pool_size: 2 },
      ...{ equation: '...x,xy->...y', output_shape: 2, output_size: 2 },
      ...{ input_dim: 2, output_dim: 2, layer: { type: type === 'Bidirectional' ? 'LSTM' : 'Dense', units: 2 } },
      ...{
        axes: 1,
        num_heads: 2,
        key_dim: 2,
        head_dim: 2,
        num_query_heads: 2,
        num_key_value_heads: 1,
        sequence_length: 4,
      },
    }
    const { shape } = LAYERS.find((layer) => layer.shape.type.in.options[0] === type)!
    const fields = Object.fromEntries(Object.entries(needed).filter(([key]) => key in shape))
    const [spec] = resolveSpec({ layers: [{ type, ...fields }] }).model.layers
    expect(spec!.type).toBe(type)
    const rule = layerRule<LayerSpec>(spec!)
    const sequence =
      'return_sequences' in shape ||
      'layer' in shape ||
      'use_causal_mask' in shape ||
      'sequence_length' in shape ||
      type.includes('1D')
    const axes = Number(/(\d)D/.exec(type)?.[1] ?? 0)
    const sample = type.startsWith('ConvLSTM')
      ? [4, ...Array(axes).fill(4), 2]
      : sequence
        ? [4, 2]
        : axes > 0
          ? [...Array(axes).fill(4), 2]
          : [4]
    expect(rule.outputShape(spec!, Array(rule.arity?.least ?? 1).fill(sample)).length).toBeGreaterThan(0)
  })

  test.each(optimizerTypes)('an optimizer: %s', (type) => {
    const { optimizer } = resolveSpec({ layers: ['Flatten'], optimizer: type })
    expect(optimizer.type).toBe(type)
    expect(buildOptimizer(optimizer)).toBeDefined()
  })

  test.each(allMetrics)('a metric: %j', (spec) => {
    expect(metricFor(resolveMetric(spec), [10]).parts.length).toBeGreaterThan(0)
  })

  test.each(Object.keys(DATASETS) as SetSpec['dataset'][])('a data set: %s', (dataset) => {
    expect(formOfData(resolveData(dataset)).name).toBe(dataset)
  })

  test.each<EngineName>(engineNames)('an engine: %s', async (name) => {
    const { engine } = await openEngine(name)
    expect(engine.name).toBe(name)
  })
})
