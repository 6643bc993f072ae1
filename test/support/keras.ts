/** What Keras 3 computes: `test/fixtures/keras`, typed. */
import { readFileSync } from 'node:fs'
import type { ActivationName } from '../../src/spec/activations.js'
import type { ConstraintSpec } from '../../src/spec/constraints.js'
import type { InitializerSpec } from '../../src/spec/initializers.js'
import type { RegularizerSpec } from '../../src/spec/regularizers.js'
import type { LayerSpec, LossSpec, MetricName, OptimizerSpec } from '../../src/spec/spec.js'

/** One layer on one batch (test/fixtures/keras/layer_case.py); arrays by own names of weights, and `x0`, `x1` ... */
export interface LayerCase {
  readonly name: string
  readonly layer: { readonly type: string }
  readonly training: boolean
  readonly mask?: readonly boolean[]
  readonly inputs: readonly { readonly shape: Shape; readonly values: number[]; readonly integers?: boolean }[]
  readonly weights: Readonly<Record<string, { readonly shape: Shape; readonly values: number[] }>>
  readonly factors: readonly number[]
  readonly output: { readonly shape: Shape; readonly values: number[] }
  readonly gradients: Readonly<Record<string, readonly number[]>>
  readonly updates: Readonly<Record<string, readonly number[]>>
}

/** Families of layers, each with a file `layers_<family>.json`. */
export const LAYER_FAMILIES = ['core', 'spatial', 'norm'] as const
type LayerFile = `layers_${(typeof LAYER_FAMILIES)[number]}`

type ByLayer = Readonly<Record<string, { readonly kernel: number[]; readonly bias: number[] }>>
type Shape = readonly number[]

export interface Fixtures extends Record<LayerFile, { readonly cases: readonly LayerCase[] }> {
  optimizers: {
    shapes: { kernel: Shape; bias: Shape }
    initial: { kernel: number[]; bias: number[] }
    gradients: { kernel: number[]; bias: number[] }[]
    cases: {
      name: string
      optimizer: OptimizerSpec
      iterations: number
      variables: { kernel: number[]; bias: number[] }[]
      slots: { kernel: Record<string, number[]>; bias: Record<string, number[]> }
    }[]
  }
  training: {
    steps: number
    input_shape: [batch: number, features: number]
    inputs: number[][]
    problems: {
      loss: LossSpec['type']
      layers: Extract<LayerSpec, { type: 'Dense' }>[]
      target_shape: Shape
      targets: number[][]
      initial: ByLayer
      metrics: Partial<Record<MetricName, number>>
      runs: { optimizer: OptimizerSpec; losses: number[]; after_first: ByLayer; final: ByLayer }[]
    }[]
  }
  losses: {
    cases: {
      loss: LossSpec['type']
      name: string
      y_true_shape: number[]
      y_pred_shape: number[]
      y_true: number[]
      y_pred: number[]
      per_sample: number[]
      mean: number
      at_kinks: number[]
      gradient: number[]
    }[]
  }
  metrics: {
    cases: {
      metric: MetricName
      batches: {
        y_true_shape: number[]
        y_pred_shape: number[]
        y_true: number[]
        y_pred: number[]
        batch_result: number
        result: number
      }[]
      result: number
    }[]
    accuracy_means: { y_true_shape: number[]; y_pred_shape: number[]; metric: string }[]
  }
  activations: {
    shape: [number, number]
    grids: Record<string, number[]>
    factors: number[]
    activations: {
      name: ActivationName | 'glu'
      kinks: number[]
      cases: { grid: string; output: number[]; gradient: number[]; at_kinks: number[] }[]
    }[]
  }
  initializers: {
    shape: [number, number]
    draws: number
    quantile_levels: number[]
    initializers: {
      name: InitializerSpec['type']
      expected: { mean: number; std: number; limit: number | null }
      measured: { mean: number; std: number; min: number; max: number; quantiles: number[] }
    }[]
  }
  weights: {
    initializers: {
      shape: Shape
      draws: number
      quantile_levels: number[]
      cases: { initializer: InitializerSpec; mean: number; std: number; quantiles: number[] }[]
      /** Gain 2, (2, 3). */
      identity: number[]
    }
    regularizers: { regularizer: RegularizerSpec; shape: Shape; x: number[]; value: number; gradient: number[] }[]
    constraints: { constraint: ConstraintSpec; shape: Shape; x: number[]; y: number[] }[]
    training: {
      layers: { type: string; name: string }[]
      optimizer: { type: string; learning_rate: number }
      input_shape: [batch: number, features: number]
      inputs: number[][]
      targets: number[][]
      initial: Record<string, number[]>
      losses: number[]
      final: Record<string, number[]>
      evaluated: number
    }
  }
  early_stopping: {
    defaults: StoppingOptions
    curves: Record<string, (number | null)[]>
    cases: {
      options: Partial<StoppingOptions>
      curve: string
      stopped: boolean
      /** Counts from 0, as the other epochs here. */
      stopped_epoch: number | null
      epochs_run: number
      best: number | null
      best_epoch: number
      restored_epoch: number | null
      final_weights_epoch: number
      waits: number[]
    }[]
  }
}

export interface StoppingOptions {
  monitor: string
  min_delta: number
  patience: number
  mode: 'auto' | 'min' | 'max'
  baseline: number | null
  restore_best_weights: boolean
  start_from_epoch: number
}

/** JSON has no NaN and no infinities; there they are strings. */
const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}

export function kerasFixture<Name extends keyof Fixtures>(name: Name): Fixtures[Name] {
  const text = readFileSync(new URL(`../fixtures/keras/${name}.json`, import.meta.url), 'utf8')
  return JSON.parse(text, (_, value) => SPECIAL[value] ?? value)
}
