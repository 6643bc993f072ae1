/** What Keras 3 computes: `test/fixtures/keras`, typed. */
import { readFileSync } from 'node:fs'
import type { ActivationName } from '../../src/spec/activations.js'
import type { InitializerName } from '../../src/spec/initializers.js'
import type { ScheduleSpec } from '../../src/spec/schedules.js'
import type { CallbackSpec, LayerSpec, LossSpec, MetricName, OptimizerSpec } from '../../src/spec/spec.js'

type ByLayer = Readonly<Record<string, { readonly kernel: number[]; readonly bias: number[] }>>
type Shape = readonly number[]

export interface Fixtures {
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
      name: InitializerName
      expected: { mean: number; std: number; limit: number | null }
      measured: { mean: number; std: number; min: number; max: number; quantiles: number[] }
    }[]
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
  reduce_lr_on_plateau: {
    curves: Record<string, (number | null)[]>
    cases: { options: Omit<CallbackOptions<'ReduceLROnPlateau'>, 'type'>; curve: string; rates: number[] }[]
  }
  model_checkpoint: {
    /** Of each epoch. */
    batches: number
    curves: Record<string, number[]>
    cases: {
      options: Omit<CallbackOptions<'ModelCheckpoint'>, 'type'>
      curve: string
      saved: [epoch: number, path: string][]
    }[]
  }
  csv_logger: {
    rows: Record<string, Record<string, number>[]>
    /** `before` is what the file held, to which rows were added. */
    cases: { rows: string; separator: string; before: string | null; text: string }[]
  }
  schedules: { steps: number[]; cases: { schedule: ScheduleSpec; rates: number[] }[] }
}

type CallbackOptions<Type extends CallbackSpec['type']> = Partial<Extract<CallbackSpec, { type: Type }>>

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
