/**
 * Programs of a restricted Boltzmann machine: a training step along <v h'> of the data minus <v h'> of the model, and
 * an evaluation. Algorithms differ only in the model phase (`model-phase.ts`).
 */
import * as tf from '@tensorflow/tfjs-core'
import type { ValueKind } from '../base/field.js'
import { type ByEpoch, inEpoch } from '../base/in-epoch.js'
import type { DrawMode } from '../base/mode.js'
import { once } from '../base/once.js'
import type { Slot } from '../base/slot.js'
import type { Tensors } from '../base/tensors.js'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import type { Rbm, VisibleMeans } from '../model/rbm/rbm.js'
import type { TrainingSpec } from '../spec/rbm.js'
import type { OptimizerSpec, RbmMetricSpec } from '../spec/spec.js'
import { adjustments, type RbmGradient } from './adjustments.js'
import { descent, ITERATIONS, type StepPlan } from './descent.js'
import { byGibbsSteps, epochOf } from './gibbs-steps.js'
import type { LearningPrograms } from './learning-programs.js'
import { type Measured, meanOver } from './measured.js'
import { algorithmOf, type DataPhase, type ModelPhase } from './model-phase.js'
import type { BatchInput, Program, ProgramInput } from './program.js'
import { measureOf, type RbmMeasure } from './rbm-measures.js'
import { type Draw, drawOf } from './unit-draws.js'

export interface ContrastiveOptions {
  readonly rbm: Rbm
  readonly training: TrainingSpec
  readonly optimizer: OptimizerSpec
  readonly metrics: readonly RbmMetricSpec[]
  readonly seed: number
  /** The samples. */
  readonly x: BatchInput
  /** Kind of the values after the division. */
  readonly values: ValueKind
  readonly batchSize: number
  readonly stepsPerEpoch: number
  readonly means: VisibleMeans
}

/** The programs that `plan` runs, `evaluate` and `inspect`. `measured` describes their outputs. */
export interface ContrastivePrograms {
  readonly programs: LearningPrograms
  readonly plan: StepPlan
  readonly measured: readonly Measured[]
}

export function contrastivePrograms(options: ContrastiveOptions): ContrastivePrograms {
  const { rbm, training, optimizer, metrics, x, values, stepsPerEpoch } = options
  const algorithm = algorithmOf(training, options)
  const named = metrics.map((metric) => ({ name: metric.name, ...measureOf(metric, values) }))
  const measures = named.filter((one): one is RbmMeasure & { name: string } => !('ofUpdate' in one))
  const ofUpdates = named.filter((one) => 'ofUpdate' in one)
  const watched = ofUpdates.length > 0 ? [UPDATE_SIZE] : []
  const samples = algorithm.fromSample || measures.some(({ reconstructs }) => reconstructs)
  const dataDraw = (mode: DrawMode) => drawOf(rbm, { owner: 'data', side: 'hidden', time: 0, mode, rows: null })

  const noiseOf = (k: number, mode: DrawMode): ProgramInput[] => [
    ...(samples ? dataDraw(mode).inputs : []),
    ...algorithm.draws(k, mode).flatMap(({ inputs }) => inputs),
    ...measures.flatMap(({ draws }) => draws?.(mode) ?? []),
  ]

  const phases = (k: number, mode: DrawMode, state: Tensors, given: Tensors) => {
    const data = dataPhase(rbm, given[x.name] as tf.Tensor2D, dataDraw(mode), state, given)
    const model = algorithm.phase(k, mode, { data, state, given })
    return { data, model }
  }

  /**
   * Sums over the batch. The loss is the mean of F(data) - F(model); its gradient, with the model's units held
   * constant, is the gradient of the step.
   */
  const sums = (mode: DrawMode, state: Tensors, given: Tensors, { data, model }: Phases) => {
    const free = tf.sum(rbm.freeEnergy(data.x, state, data.hidden.input))
    const others = measures.map(({ name, sum }) => [name, sum({ rbm, mode, data, model, state, given })] as const)
    return {
      loss: tf.add(free, tf.mul(model.free, data.x.shape[0])),
      ...Object.fromEntries(others),
      ...updateSums(state, given),
    }
  }
  /** Measures of the last update, multiplied by the batch size because every output is a sum over samples. */
  const updateSums = (state: Tensors, given: Tensors) => {
    const [size, kernel] = [state[UPDATE_SIZE.name] as tf.Scalar, state[RBM_WEIGHTS.kernel]!]
    const sums = ofUpdates.map(({ name, ofUpdate }) => [name, tf.mul(ofUpdate(size, kernel), given[x.name]!.shape[0]!)])
    return Object.fromEntries(sums) as Tensors
  }

  const { kept, adjust } = adjustments(options)
  const momenta = training.momentum_by_epoch
  const steps = (k: number) =>
    descent({
      optimizer: momenta && optimizer.type === 'SGD' ? { ...optimizer, momentum: largest(momenta) } : optimizer,
      weights: rbm.weights,
      untrained: [...algorithm.chains, ...kept, ...watched],
      inputs: [x, ...noiseOf(k, 'training')],
      momentum: momenta ? (iterations) => inEpoch(momenta, epochOf(iterations, stepsPerEpoch)) : undefined,
      gradients(state, given) {
        const both = phases(k, 'training', state, given)
        const { gradient, updates } = adjust(difference(rbm, both, state), both.data, state)
        const { kernel, visibleBias, hiddenBias } = gradient
        const variances = rbm.visible.learnsVariance ? [logVarianceDifference(rbm, both, state)] : []
        return {
          gradients: [kernel, visibleBias, hiddenBias, ...variances],
          updates: { ...both.model.updates, ...updates },
          outputs: sums('training', state, given, both),
        }
      },
      afterwards(before, after, given) {
        if (watched.length === 0) return { outputs: {} }
        const { kernel } = RBM_WEIGHTS
        const updates = { [UPDATE_SIZE.name]: tf.mean(tf.abs(tf.sub(after[kernel]!, before[kernel]!))) }
        return { updates, outputs: updateSums({ ...before, ...updates }, given) }
      },
    })

  const { programs, plan, last } = byGibbsSteps({ training, optimizer, stepsPerEpoch }, steps)

  // persistent chains are measured in their current state
  const still = algorithm.chains.length > 0 && !measures.some(({ followsChains }) => followsChains)
  const evaluated = still ? 0 : last
  const looking = {
    state: [...rbm.weights, ...algorithm.chains, ...watched],
    inputs: [x, ...noiseOf(evaluated, 'evaluation')],
    keepsState: true as const,
  }
  const evaluate: Program = {
    ...looking,
    run(state, given) {
      const both = phases(evaluated, 'evaluation', state, given)
      return { state: {}, outputs: sums('evaluation', state, given, both) }
    },
  }
  const inspect: Program = {
    ...looking,
    inputs: [...looking.inputs, ITERATIONS],
    run(state, given) {
      const both = phases(evaluated, 'evaluation', state, given)
      const { hidden } = both.data
      const visible = rbm.visibleGiven(hidden.mean, state)
      const { loss } = sums('evaluation', state, given, both)
      return { state: {}, outputs: { 'hidden units': hidden.mean, 'visible units': visible.mean, loss } }
    },
  }

  return {
    programs: { ...programs, evaluate, inspect },
    plan,
    measured: [
      meanOver('loss'),
      ...named.map((one) => ({ ...meanOver(one.name), ...('isGap' in one && { isGap: one.isGap }) })),
    ],
  }
}

interface Phases {
  readonly data: DataPhase
  readonly model: ModelPhase
}

/** Holds the mean |dW| of the last update. */
const UPDATE_SIZE: Slot = {
  name: 'rbm/update_size',
  shape: [],
  role: 'optimizer',
  initial: () => new Float32Array(1),
}

const largest = (pairs: ByEpoch): number => Math.max(...pairs.map(([, value]) => value!))

/** Computes the data phase. Samples are drawn at most once, whoever uses them. */
function dataPhase(rbm: Rbm, x: tf.Tensor2D, draw: Draw, state: Tensors, given: Tensors): DataPhase {
  const hidden = rbm.hiddenGiven(x, state)
  const sample = once(() => hidden.sample(draw.from(given)))
  return { x, hidden, sample, reconstruction: once(() => rbm.visibleGiven(sample(), state)) }
}

/**
 * Gradient by the weights of the mean F(v) over the data minus that over the model. The two outer products are one
 * product of twice the depth: [v; v_k]' [-h; h_k].
 */
function difference(rbm: Rbm, { data, model }: Phases, state: Tensors): RbmGradient {
  const own = rbm.own(state)
  const { hidden } = data
  const [x, visible] = [rbm.visible.seen(data.x, own), rbm.visible.seen(model.visible, own)]
  // a number for all rows is left out of the products, and multiplies their sums
  const [share, ofModel] =
    typeof model.share === 'number' ? [model.share, model.hidden] : [1, tf.mul(model.hidden, model.share)]
  const ofData = tf.mul(hidden.mean, -1 / (share * x.shape[0]))
  const signed = tf.concat([ofData, ofModel], 0) as tf.Tensor2D
  const products = tf.mul(tf.matMul(tf.concat([x, visible], 0) as tf.Tensor2D, signed, true), share)
  return {
    kernel: model.covariance ? tf.add(products, model.covariance) : products,
    visibleBias: tf.sub(tf.sum(tf.mul(visible, model.share), 0), tf.mean(x, 0)),
    hiddenBias: tf.mul(tf.sum(signed, 0), share),
  }
}

/**
 * The same gradient by z = log sigma^2: -dE/dz = e^-z ((v - b)^2 / 2 - v (Wh)) (Cho, Ilin and Raiko, 2011, equation 9).
 * If the model's v are means and not samples, E[(v - b)^2] is larger by sigma^2.
 */
function logVarianceDifference(rbm: Rbm, { data, model }: Phases, state: Tensors): tf.Tensor {
  const own = rbm.own(state)
  const kernel = state[RBM_WEIGHTS.kernel] as tf.Tensor2D
  const force = (v: tf.Tensor2D, h: tf.Tensor2D) => {
    const half = tf.mul(tf.square(tf.sub(v, own.bias)), 0.5) as tf.Tensor2D
    return rbm.visible.seen(tf.sub(half, tf.mul(v, tf.matMul(h, kernel, false, true))), own)
  }
  const ofModel = tf.sum(tf.mul(force(model.visible, model.hidden), model.share), 0)
  const whole = model.areMeans ? tf.add(ofModel, 0.5) : ofModel
  return tf.sub(whole, tf.mean(force(data.x, data.hidden.mean), 0))
}
