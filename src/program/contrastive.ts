/**
 * The programs of a restricted Boltzmann machine: a step along <v h'> of the data minus <v h'> of the model, and an
 * evaluation. Only the phase of the model differs between algorithms (`model-phase.ts`).
 */
import * as tf from '@tensorflow/tfjs-core'
import { type ByEpoch, inEpoch } from '../base/by-epoch.js'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import type { Rbm, VisibleMeans } from '../model/rbm/rbm.js'
import type { TrainingSpec } from '../spec/rbm.js'
import type { OptimizerSpec, RbmMetricSpec } from '../spec/spec.js'
import { centered, type RbmGradient, runningMean, sparser } from './centering.js'
import { descent, ITERATIONS, type StepPlan } from './descent.js'
import { type Draw, drawOf, type Use } from './draws.js'
import { byGibbsSteps, epochOf } from './gibbs-steps.js'
import { type Measured, meanOver } from './measured.js'
import { algorithmOf, type DataPhase, type ModelPhase } from './model-phase.js'
import type { BatchInput, Program, ProgramInput, Slot, Tensors } from './program.js'
import { MEASURES } from './rbm-measures.js'

export interface ContrastiveOptions {
  readonly rbm: Rbm
  readonly training: TrainingSpec
  readonly optimizer: OptimizerSpec
  readonly metrics: readonly RbmMetricSpec[]
  readonly seed: number
  /** What stored values are divided by. */
  readonly divisor: number
  readonly batchSize: number
  readonly stepsPerEpoch: number
  readonly means: VisibleMeans
}

/** The steps of `plan`, `evaluate` and `inspect`; `measured` says what their outputs are. */
export interface ContrastivePrograms {
  readonly programs: Readonly<Record<string, Program>> & { readonly train: Program; readonly evaluate: Program }
  readonly plan: StepPlan
  readonly measured: readonly Measured[]
}

export function contrastivePrograms(options: ContrastiveOptions): ContrastivePrograms {
  const { rbm, training, optimizer, metrics, divisor, stepsPerEpoch } = options
  const x: BatchInput = { kind: 'batch', name: 'x', shape: [null, rbm.visibleUnits], dtype: 'float32', divisor }
  const algorithm = algorithmOf(training, options)
  const measures = metrics.map(({ type, name }) => ({ name, ...MEASURES[type] }))
  const samples = algorithm.fromSample || measures.some(({ reconstructs }) => reconstructs)
  const dataDraw = (use: Use) => drawOf(rbm, { owner: 'data', side: 'hidden', time: 0, use, rows: null })

  const noiseOf = (k: number, use: Use): ProgramInput[] => [
    ...(samples ? dataDraw(use).inputs : []),
    ...algorithm.draws(k, use).flatMap(({ inputs }) => inputs),
    ...measures.flatMap(({ draws }) => draws?.(use) ?? []),
  ]

  const phases = (k: number, use: Use, state: Tensors, given: Tensors) => {
    const data = dataPhase(rbm, given.x as tf.Tensor2D, dataDraw(use), state, given)
    const model = algorithm.phase(k, use, { data, state, given })
    return { data, model }
  }

  /** The loss is the mean of F(data) - F(model), whose gradient is the step's with the model's units held fast. */
  const sums = (use: Use, state: Tensors, given: Tensors, { data, model }: Phases) => {
    const free = tf.sum(rbm.freeEnergy(data.x, state, data.hidden.input))
    const others = measures.map(({ name, sum }) => [name, sum({ rbm, use, data, model, state, given })] as const)
    return { loss: tf.add(free, tf.mul(model.free, data.x.shape[0])), ...Object.fromEntries(others) }
  }

  const { kept, adjust } = adjustments(options)
  const momenta = training.momentum_by_epoch
  const steps = (k: number) =>
    descent({
      optimizer: momenta && optimizer.type === 'SGD' ? { ...optimizer, momentum: largest(momenta) } : optimizer,
      weights: rbm.weights,
      untrained: [...algorithm.chains, ...kept],
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
    })

  const { programs, plan, last } = byGibbsSteps({ training, optimizer, stepsPerEpoch }, steps)

  // chains are measured where they stand
  const still = algorithm.chains.length > 0 && !measures.some(({ followsChains }) => followsChains)
  const evaluated = still ? 0 : last
  const looking = {
    state: [...rbm.weights, ...algorithm.chains],
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
    measured: [meanOver('loss'), ...measures.map(({ name }) => meanOver(name))],
  }
}

interface Phases {
  readonly data: DataPhase
  readonly model: ModelPhase
}

const largest = (pairs: ByEpoch): number => Math.max(...pairs.map(([, value]) => value!))

/** What is made of the batch is made once, however many look at it. */
function dataPhase(rbm: Rbm, x: tf.Tensor2D, draw: Draw, state: Tensors, given: Tensors): DataPhase {
  const hidden = rbm.hiddenGiven(x, state)
  const sample = once(() => hidden.sample(draw.from(given)))
  return { x, hidden, sample, reconstruction: once(() => rbm.visibleGiven(sample(), state)) }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/**
 * <F(v)> over the data minus the same over the model, by the weights. The two outer products are one of twice the
 * depth: [v; v_k]' [-h; h_k].
 */
function difference(rbm: Rbm, { data, model }: Phases, state: Tensors): RbmGradient {
  const own = rbm.own(state)
  const { hidden } = data
  const [x, visible] = [rbm.visible.seen(data.x, own), rbm.visible.seen(model.visible, own)]
  const ofData = tf.mul(hidden.mean, -1 / x.shape[0])
  const ofModel = tf.mul(model.hidden, model.share)
  const signed = tf.concat([ofData, ofModel], 0) as tf.Tensor2D
  return {
    kernel: tf.matMul(tf.concat([x, visible], 0) as tf.Tensor2D, signed, true),
    visibleBias: tf.sub(tf.sum(tf.mul(visible, model.share), 0), tf.mean(x, 0)),
    hiddenBias: tf.sum(signed, 0),
  }
}

/**
 * The same by z = log sigma^2: -dE/dz = e^-z ((v - b)^2 / 2 - v (Wh)) (Cho, Ilin and Raiko, 2011, equation 9). Of means
 * the square is larger by sigma^2.
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

const OFFSETS = { visible: 'rbm/visible_offset', hidden: 'rbm/hidden_offset', activity: 'rbm/hidden_activity' } as const

/** What a spec wants done to the gradient, and the running means that it takes. */
function adjustments({ rbm, training, means }: ContrastiveOptions): {
  readonly kept: readonly Slot[]
  adjust(gradient: RbmGradient, data: DataPhase, state: Tensors): { gradient: RbmGradient; updates: Tensors }
} {
  const { centered: isCentered, offset_rate: share, sparsity } = training
  const slot = (name: string, values: () => Float32Array, units: number): Slot => ({
    name,
    shape: [units],
    role: 'optimizer',
    initial: values,
  })
  const filled = (value: number) => () => new Float32Array(rbm.hiddenUnits).fill(value)
  return {
    kept: [
      ...(isCentered
        ? [
            slot(OFFSETS.visible, () => Float32Array.from(means()), rbm.visibleUnits),
            slot(OFFSETS.hidden, filled(0.5), rbm.hiddenUnits),
          ]
        : []),
      ...(sparsity ? [slot(OFFSETS.activity, filled(sparsity.target), rbm.hiddenUnits)] : []),
    ],
    adjust(given, { x, hidden }, state) {
      let gradient = given
      const updates: Record<string, tf.Tensor> = {}
      const { penalty } = rbm
      if (penalty) {
        const ofPenalty = tf.grad((kernel) => penalty(kernel))(state[RBM_WEIGHTS.kernel]!)
        gradient = { ...gradient, kernel: tf.add(gradient.kernel, ofPenalty) }
      }
      if (sparsity) {
        const activity = runningMean(state[OFFSETS.activity]!, hidden.mean, 1 - sparsity.rate)
        updates[OFFSETS.activity] = activity
        gradient = sparser(gradient, {
          ...sparsity,
          activity,
          meanVisible: tf.mean(rbm.visible.seen(x, rbm.own(state)), 0),
        })
      }
      if (isCentered) {
        const mu = runningMean(state[OFFSETS.visible]!, x, share)
        const lambda = runningMean(state[OFFSETS.hidden]!, hidden.mean, share)
        updates[OFFSETS.visible] = mu
        updates[OFFSETS.hidden] = lambda
        gradient = centered(gradient, mu, lambda)
      }
      return { gradient, updates }
    },
  }
}
