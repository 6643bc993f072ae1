/** Results of Keras 3 in `test/fixtures/keras`, typed. */
import { readFileSync } from 'node:fs'
import { sizeOf } from '../../src/base/shape.js'
import type { PictureShape } from '../../src/data/augment/augmentation.js'
import type { Resizing } from '../../src/data/pictures/resize.js'
import type { ActivationName } from '../../src/spec/activations.js'
import type { AugmentationSpec } from '../../src/spec/augmentation.js'
import type { ConstraintSpec } from '../../src/spec/constraints.js'
import type { InitializerSpec } from '../../src/spec/initializers.js'
import type { RegularizerSpec } from '../../src/spec/regularizers.js'
import type { ScheduleSpec } from '../../src/spec/schedules.js'
import type { CallbackSpec, LayerSpec, LossSpec, OptimizerSpec } from '../../src/spec/spec.js'
import type { StepSpec } from '../../src/spec/steps.js'
import type { Kind } from './coverage.js'
import { evenly } from './hashed.js'

/** One layer on one batch (test/fixtures/keras/layer_case.py). Arrays by our names of weights, and `x0`, `x1` ... */
export interface LayerCase {
  readonly name: string
  readonly layer: { readonly type: string }
  readonly training: boolean
  readonly mask?: readonly boolean[]
  /** Mask of each input, as in Keras; null for none. The mask of the output is row-major; null for none. */
  readonly masks?: readonly (readonly boolean[] | null)[]
  readonly output_mask?: readonly boolean[] | null
  readonly inputs: readonly { readonly shape: Shape; readonly values: number[]; readonly integers?: boolean }[]
  readonly weights: Readonly<Record<string, { readonly shape: Shape; readonly values: number[] }>>
  /** Random numbers that Keras drew. */
  readonly noise?: Readonly<Record<string, { readonly shape: Shape; readonly values: number[] }>>
  readonly factors: readonly number[]
  readonly output: { readonly shape: Shape; readonly values: number[] }
  readonly gradients: Readonly<Record<string, readonly number[]>>
  readonly updates: Readonly<Record<string, readonly number[]>>
}

/** Families of layers, each with a file `layers_<family>.json`. */
export const LAYER_FAMILIES = ['core', 'norm', 'spatial', 'recurrent', 'merging', 'attention'] as const
type LayerFile = `layers_${(typeof LAYER_FAMILIES)[number]}`

type ByLayer = Readonly<Record<string, { readonly kernel: number[]; readonly bias: number[] }>>
type Shape = readonly number[]

/** A spec as a user writes it, and by key what each epoch of Keras' `fit` gives. */
export interface KerasRun {
  readonly name: string
  /** `runs` are of losses, metrics and layers; `layers` ask whether a mask is still there behind a layer. */
  readonly of: 'runs' | 'layers'
  readonly spec: object
  readonly history: Readonly<Record<string, readonly number[]>>
}

/** `config.json` of a `.keras` file. */
export interface SavedConfig {
  readonly class_name: string
  readonly config: { readonly layers: readonly Record<string, unknown>[]; readonly output_layers?: unknown }
  readonly compile_config: Record<string, unknown>
}

/** Training on data that formulas give (test/fixtures/keras/make_fields.py). */
export interface FieldsCase {
  readonly name: string
  readonly inputs: Readonly<Record<string, { readonly shape: Shape; readonly padded?: boolean }>>
  readonly targets: Readonly<
    Record<
      string,
      { readonly shape?: Shape; readonly classes?: number; readonly flags?: boolean; readonly one_hot?: boolean }
    >
  >
  readonly weights: boolean
  readonly spec: Readonly<Record<string, unknown>>
  readonly history: Readonly<Record<string, readonly number[]>>
  readonly final: Readonly<Record<string, readonly number[]>>
}

/** A file of test/fixtures/pictures as image_dataset_from_directory gives it. */
export interface FileCase {
  readonly file: string
  readonly image_size: readonly [number, number]
  readonly color_mode?: 'grayscale' | 'rgb' | 'rgba'
  /** Values of a JPEG by the accurate cosine transform. */
  readonly accurate?: number[]
  readonly output: { readonly shape: Shape; readonly values: number[] }
}

/** A picture of test/support/geometry.ts that Keras resized or moved. */
export type PictureCase<Settings> = Settings & {
  readonly shape: PictureShape
  readonly output: { readonly shape: PictureShape; readonly values: readonly number[] }
}

export interface Fixtures extends Record<LayerFile, { readonly cases: readonly LayerCase[] }> {
  /** Lines of tables. */
  summary: { stack: string[]; graph: string[] }
  optimizers: {
    shapes: Record<string, Shape>
    initial: Record<string, number[]>
    gradients: Record<string, number[]>[]
    /** Counts of steps after which the variables were written down. */
    recorded: number[]
    defaults: OptimizerSpec[]
    cases: {
      name: string
      /** Settings that differ from the defaults. */
      optimizer: Partial<OptimizerSpec> & Pick<OptimizerSpec, 'type'>
      learning_rate: number
      iterations: number
      variables: Record<string, number[]>[]
      slots: Record<string, Record<string, number[]>>
      shared?: Record<string, number[]>
      /** Weights after `fit`, if they are not those of the last step. */
      finalized?: Record<string, number[]>
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
      metrics: Readonly<Record<string, number>>
      runs: { optimizer: OptimizerSpec; losses: number[]; after_first: ByLayer; final: ByLayer }[]
    }[]
  }
  spectral: {
    input_shape: [batch: number, features: number]
    layers: LayerSpec[]
    inputs: number[][]
    targets: number[][]
    initial: Record<string, number[]>
    cases: {
      name: string
      optimizer: OptimizerSpec
      /** Loss of each training step. */
      losses: number[]
      /** Loss of the first batch after the last step. */
      evaluated: number
      final: Record<string, number[]>
    }[]
  }
  unreached: {
    input_shape: [batch: number, features: number]
    inputs: number[][]
    targets: number[][]
    initial: Record<string, number[]>
    cases: {
      name: string
      layers: LayerSpec[]
      optimizer: OptimizerSpec
      losses: number[]
      final: Record<string, number[]>
      /** Weights that Keras says have no gradient. */
      warned: string[]
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
      metric: string
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
  loss_settings: {
    cases: {
      loss: LossSpec['type']
      settings: Record<string, unknown>
      y_true_shape: number[]
      y_pred_shape: number[]
      y_true: number[]
      y_pred: number[]
      /** One number if the loss is that of the whole batch. */
      values: number[] | number
      mean: number
      /** One weight per sample, and the mean loss with these weights. */
      weights: number[]
      weighted: number
      gradient: number[]
      /** Elements at which Keras' gradient is NaN. They are 0 in `gradient`. */
      undefined: number[]
    }[]
  }
  ctc: {
    run: { lengths: number[]; x: number[]; y: number[]; history: Record<string, number[]> }
    cases: {
      name: string
      y_true_shape: number[]
      y_pred_shape: number[]
      y_true: number[]
      y_pred: number[]
      values: number[]
      mean: number
      /** One weight per sample, and the mean loss with these weights. */
      weights: number[]
      weighted: number
      gradient: number[]
    }[]
  }
  metric_runs: {
    cases: {
      /** The class in Keras, or the function where it has none. */
      metric: string
      settings: Record<string, unknown>
      batches: {
        y_true_shape: number[]
        y_pred_shape: number[]
        y_true: number[]
        y_pred: number[]
        /** The value for all batches up to this one. */
        result: number
      }[]
    }[]
    directions: Record<string, 'up' | 'down' | null>
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
  generator: GeneratorFixture
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
    /** Values of each epoch. */
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
  names: { versions: { keras: string }; kinds: Record<Kind, string[][]> }
  kinks: {
    /** By the names of tfjs. */
    operations: { name: string; given: number[][]; gradients: number[][] }[]
    points: number[]
    factors: number[]
    /** Gradient of the sum of the values at `points` times `factors`. */
    activations: { name: string; gradient: number[] }[]
    layers: LayerCase[]
    losses: {
      loss: LossSpec['type']
      settings: Readonly<Record<string, unknown>>
      y_true_shape: Shape
      y_true: number[]
      y_pred_shape: Shape
      y_pred: number[]
      mean: number
      gradient: number[]
    }[]
    regularizers: { regularizer: RegularizerSpec; shape: Shape; x: number[]; value: number; gradient: number[] }[]
  }
  /** The mean loss of a batch; `training` is null where the layers draw random numbers there. */
  handed_on: {
    cases: {
      layers: { type: string }[]
      loss: LossSpec['type']
      shape: Shape
      x: number[]
      target: number[]
      evaluation: number
      training: number | null
    }[]
  }
  curves: {
    steps: number
    /** `apart` is how far the losses on JAX and on TensorFlow are from each other, relative; `losses` are those on JAX. */
    cases: {
      spec: string
      batch_size: number
      optimizer: Partial<OptimizerSpec> & Pick<OptimizerSpec, 'type'>
      apart: number
      losses: number[]
    }[]
  }
  fields: { rows: number; cases: readonly FieldsCase[] }
  /** Pictures whose values layers change. `drawn` is the draw of our layer. */
  colour: {
    pictures: Record<string, { shape: PictureShape; values: number[] }>
    cases: {
      layer: { type: string; value_range?: [number, number] }
      picture: string
      drawn: unknown
      output: number[]
      /** The mask after the layer, if the layer moves it. */
      mask?: number[]
    }[]
    mask: { shape: PictureShape; values: number[] }
    /** Two pictures that are mixed with each other: both results, and the shares of both targets in each of them. */
    mixed: {
      shape: PictureShape
      pictures: number[][]
    } & Record<'mix_up' | 'cut_mix', { drawn: unknown[]; outputs: number[][]; targets: [number, number][] }>
  }
  pictures: Readonly<Record<'decoded' | 'resized' | 'photographs', readonly FileCase[]>>
  geometry: {
    resizing: PictureCase<Partial<Resizing> & { height: number; width: number }>[]
    more_methods: PictureCase<Pick<Resizing, 'interpolation'> & { height: number; width: number }>[]
    center_crop: PictureCase<{ height: number; width: number }>[]
    /** Random layers that draw these numbers, on a picture and on a mask; without the mask if ours differs on purpose. */
    drawn: PictureCase<{ layer: { type: AugmentationSpec['type'] }; uniforms: number[]; mask?: number[] }>[]
  }
  masks: { cases: readonly KerasRun[] }
  /** Contents of `.keras` files that Keras wrote. */
  saved: {
    steps_per_epoch: number
    cases: {
      name: string
      /** Shape of a sample, or those of several inputs by name. */
      shape?: Shape
      shapes?: Record<string, Shape>
      model: 'Sequential' | 'Functional'
      layers: { type: string; name: string }[]
      optimizer: Record<string, unknown>
      config: SavedConfig
      /** Names of weights, by their paths in the file. */
      weights: Record<string, string>
    }[]
  }
  random_models: { samples: number; classes: number; sums: number; cases: RandomModel[] }
  /** Results of preprocessing layers: the values learnt from training rows, and the output for other rows. */
  steps: {
    /** Places that hashes of texts choose among so many, as decimals. */
    hashes: { places: string; key: [number, number]; cases: { text: string; farm: string; sip: string }[] }
    layers: {
      step: { readonly type: StepSpec['type'] }
      training?: KerasRows
      learnt?: Readonly<Record<string, readonly (string | number)[]>>
      rows: KerasRows
      output: { shape: Shape; values: number[] }
    }[]
    /** Columns of numbers of categories. */
    crossings: {
      columns: number[][]
      num_bins: number
      output_mode?: 'one_hot'
      output: { shape: Shape; values: number[] }
    }[]
    spread: number[]
    /** Boundaries of bins that `adapt` learns from `spread`, some rows at a time. */
    blocks: { num_bins: number; epsilon: number; block: number; boundaries: number[] }[]
    table: Readonly<Record<string, readonly (string | number)[]>>
    new_rows: Readonly<Record<string, readonly (string | number)[]>>
    /** Features of `table` and what FeatureSpace makes of `new_rows`. */
    spaces: {
      features: Readonly<Record<string, string | object>>
      crosses: { feature_names: string[]; crossing_dim: number }[]
      output: { shape: Shape; values: number[] }
    }[]
    /** ImageDataGenerator fitted on `images` and applied to `others`. */
    images: {
      options: string[]
      shape: Shape
      images: number[]
      others: number[]
      output: number[]
      epsilon?: number
      matrix?: number[]
    }[]
  }
  series: {
    windows: {
      /** Row r has the values 10 r and r / 4; its target is -r. */
      rows: number
      window: object
      x: number[]
      y: number[]
      count: number
    }[]
    /** Step t of sequence s has the values s + t / 8 and -t. */
    lengths: number[]
    padded: { sequence: object; x: number[] }[]
  }
  /** TextVectorization (test/fixtures/keras/make_text.py). */
  text: {
    training: string[]
    rows: string[]
    cases: { arguments: object; tokens?: string[]; weights?: number[]; output: { shape: Shape; values: number[] } }[]
    file: { content: string; output: { shape: Shape; values: number[] } }
  }
  sequences: {
    lengths: number[]
    cases: {
      name: string
      data: object
      spec: object
      /** All samples and their targets. */
      x: number[]
      y: number[]
      history: Readonly<Record<string, readonly number[]>>
    }[]
  }
  /** Sounds of two rows, from a formula (test/fixtures/keras/make_audio.py). */
  audio: {
    stft: { samples: number; channels: number; arguments: object; shape: Shape; values: number[] }[]
    mel: { samples: number; arguments: object; shape: Shape; values: number[] }[]
    resampled: { samples: number; from: number; to: number; values: number[] }[]
    decoded: { length: number | null; sounds: number[][]; x: number[]; y: number[] }[]
  }
  schedules: { steps: number[]; cases: { schedule: ScheduleSpec; rates: number[] }[] }
}

/** Real ImageDataGenerator on pictures that a formula gives. */
export interface GeneratorFixture {
  transforms: {
    arguments: Readonly<Record<string, unknown>>
    parameters: Readonly<Record<string, number | boolean | null>>
    shape: readonly [number, number, number]
    output: number[]
  }[]
  levels: number[]
  /** Each parameter over many draws: its quantiles at these levels, or the share of each value; null for none. */
  draws: {
    arguments: Readonly<Record<string, unknown>>
    shape: readonly [number, number, number]
    parameters: Readonly<Record<string, { quantiles: number[] } | { values: number[]; shares: number[] } | null>>
  }[]
  /** Learned from all pictures but two, and applied to these; a batch of `flow` is changed first. */
  standardizations: {
    arguments: Readonly<Record<string, unknown>>
    fit: Readonly<Record<string, unknown>>
    shape: readonly [number, number, number]
    output: number[]
    flow: number[]
  }[]
}

/** Rows of one column: texts, exact whole numbers, or an array. */
export interface KerasRows {
  readonly kind: 'text' | 'integer' | 'float32' | 'int32' | 'uint8'
  readonly shape: Shape
  readonly values: readonly (string | number)[]
}

/** A spec that was drawn, and how Keras trains it. */
export interface RandomModel {
  /** Number of the draw. */
  readonly number: number
  /** Samples from a formula. Integers are less than `below`. */
  readonly data: {
    readonly kind: 'real' | 'bytes' | 'padded' | 'whole'
    readonly shape: Shape
    readonly below?: number
  }
  readonly spec: Readonly<Record<string, unknown>>
  readonly history: Readonly<Record<string, readonly number[]>>
  /** Sums of each weight, which stand for it. */
  readonly final: Readonly<Record<string, readonly number[]>>
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

/** The same as `initial_weight` in test/fixtures/keras/make_curves.py: uniform, by a hash of name and index. */
export function initialWeight(name: string, shape: Shape): Float32Array {
  const [inputs, outputs] = shape.slice(-2) as [number, number]
  const limit = Math.sqrt(6 / (sizeOf(shape.slice(0, -2)) * (inputs + outputs)))
  return Float32Array.from(evenly(name, sizeOf(shape)), (value) => value * limit)
}
