/**
 * Training with gradients from any source: accumulation, clipping, weight decay, the optimizer's update and a running
 * mean of the weights, in the order of keras/src/optimizers/base_optimizer.py (`apply`).
 */
import * as tf from '@tensorflow/tfjs-core'
import { sizeOf } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import type { Tensors } from '../base/tensors.js'
import type { OptimizerSpec } from '../spec/spec.js'
import { clipped } from './optimizers/clipping.js'
import type { Kept, Optimizer } from './optimizers/optimizer.js'
import { buildOptimizer } from './optimizers/registry.js'
import type { MeansFound, Program, ProgramInput, ScalarInput } from './program.js'

export interface DescentOptions {
  readonly optimizer: OptimizerSpec
  /** Weights that are trained. */
  readonly weights: readonly Trained[]
  /** State that is not trained but may change in a step, such as a running mean. */
  readonly untrained?: readonly Slot[]
  /** Inputs of `gradients`. The iterations need not be listed. */
  readonly inputs: readonly ProgramInput[]
  /** Momentum of the step after this many iterations, if it changes over time. */
  readonly momentum?: ((iterations: number) => number) | undefined
  /**
   * Computes the gradients in the order of `weights`, the step's outputs (with the weights before the update), and new
   * values of untrained state. New values of weights replace these before the update.
   */
  readonly gradients: (state: Tensors, inputs: Tensors) => Gradients
  /** Computes outputs and state from the state before the update and after it. */
  readonly afterwards?: ((before: Tensors, after: Tensors, inputs: Tensors) => Omit<Gradients, 'gradients'>) | undefined
}

/** A trained weight. `constraint` is applied to it after each update. */
export interface Trained extends Slot {
  readonly constraint?: ((weight: tf.Tensor) => tf.Tensor) | undefined
}

export interface Gradients {
  readonly gradients: readonly tf.Tensor[]
  readonly updates?: Tensors
  readonly outputs: Tensors
}

/** Programs of training; `stepPlan` says which of them make up a step. */
export type DescentPrograms = {
  /** A step with an update. */
  readonly train: Program
  /** A step that only adds its gradients to the accumulated ones. Constraints are applied all the same. */
  readonly accumulate?: Program
  /** Replaces the weights by their running mean. `overwrite` does so during training, and applies constraints. */
  readonly average?: Program
  readonly overwrite?: Program
}

type DescentName = keyof DescentPrograms

/** `train`, or `train/k` for a later number k of Gibbs steps. */
export type StepName = DescentName | `${DescentName}/${number}`

/** The programs that steps are made of. */
export type StepPrograms = DescentPrograms & Readonly<Record<`${DescentName}/${number}`, Program>>

/**
 * Says which programs make up a step, in the order they run; the first gives the outputs. `end` lists the programs to
 * run after the last step.
 */
export interface StepPlan<Name extends StepName = StepName> {
  step(iterations: number): readonly [Name, ...Name[]]
  /** True if the step after this many iterations changes the weights. */
  isUpdate(iterations: number): boolean
  readonly end: readonly Name[]
}

export const ITERATIONS: ScalarInput = { kind: 'scalar', name: 'iterations' }
const MOMENTUM = 'momentum'
const LEARNING_RATE: ScalarInput = { kind: 'scalar', name: 'learning_rate' }

/** Names of slots that a weight may have with any optimizer. */
const ACCUMULATOR = 'gradient_accumulator'
const AVERAGE = 'average'

export function descent({
  optimizer: spec,
  weights,
  untrained = [],
  inputs,
  momentum,
  gradients: gradientsOf,
  afterwards,
}: DescentOptions): DescentPrograms {
  const optimizer = buildOptimizer(spec)
  const { gradient_accumulation_steps: steps, use_ema } = spec
  const updates: ScalarInput =
    steps === null
      ? ITERATIONS
      : { kind: 'scalar', name: 'updates', of: (iterations) => updatesBefore(iterations, spec) }
  /** Momentum of the running mean; 0 before the first update, so that the mean starts as the weights themselves. */
  const averaging: ScalarInput = {
    kind: 'scalar',
    name: 'ema_momentum',
    of: (iterations) => (updatesBefore(iterations, spec) === 0 ? 0 : spec.ema_momentum),
  }
  const changing: ScalarInput[] = momentum ? [{ kind: 'scalar', name: MOMENTUM, of: momentum }] : []
  const shared = optimizer.shared?.numbers ?? []
  const state = [
    ...weights,
    ...untrained,
    ...weights.flatMap((weight) => [
      ...(use_ema ? [slotOf(weight, { name: AVERAGE })] : []),
      ...(steps === null ? [] : [slotOf(weight, { name: ACCUMULATOR })]),
      ...optimizer.slots(weight).map((kept) => slotOf(weight, kept)),
    ]),
    ...shared.map(sharedSlot),
  ]
  const scalars = [...new Set([LEARNING_RATE, ITERATIONS, updates, ...(use_ema ? [averaging] : []), ...changing])]
  const all = [...inputs, ...scalars]

  /** Adds the running mean of the weights to the new state. */
  const averaged = (old: Tensors, next: Record<string, tf.Tensor>, momentum: tf.Tensor | undefined) => {
    if (!momentum) return next
    for (const { name } of weights) {
      const mean = tf.mul(old[slotName(name, AVERAGE)]!, momentum)
      next[slotName(name, AVERAGE)] = tf.add(mean, tf.mul(next[name] ?? old[name]!, tf.sub(1, momentum)))
    }
    return next
  }

  /** Applies constraints. Keras does so at the end of every step, even of one without an update. */
  const constrained = (old: Tensors, next: Record<string, tf.Tensor>) => {
    for (const { name, constraint } of weights) if (constraint) next[name] = constraint(next[name] ?? old[name]!)
    return next
  }

  /** Computes the gradients, and tells that they and the new untrained state are means over the batch. */
  const computed = (old: Tensors, given: Tensors, found?: MeansFound): Gradients => {
    const all = gradientsOf(old, given)
    found?.([...all.gradients, ...Object.values(all.updates ?? {})])
    return all
  }

  const train: Program = {
    state,
    inputs: all,
    run(old, given, found) {
      const { gradients, updates: own, outputs } = computed(old, given, found)
      const next: Record<string, tf.Tensor> = { ...own }
      const learningRate = given[LEARNING_RATE.name] as tf.Scalar
      const iterations = given[updates.name] as tf.Scalar
      const whole = gradients.map((gradient, index) => {
        if (steps === null) return gradient
        const name = slotName(weights[index]!.name, ACCUMULATOR)
        next[name] = tf.zerosLike(gradient)
        return tf.div(tf.add(gradient, old[name]!), steps)
      })
      const sharedNow = Object.fromEntries(shared.map(({ name }) => [name, old[sharedName(name)]!]))
      const sharedNext = optimizer.shared?.next(sharedNow, iterations) ?? {}
      for (const [name, value] of Object.entries(sharedNext)) next[sharedName(name)] = value
      for (const [index, gradient] of clipped(whole, spec).entries()) {
        const weight = weights[index]!
        const kept = optimizer.slots(weight)
        const updated = optimizer.update(
          {
            // a layer may have replaced the weight before the step
            weight: decayed(own?.[weight.name] ?? old[weight.name]!, decayOf(optimizer, weight, spec), learningRate),
            gradient,
            slots: Object.fromEntries(kept.map(({ name }) => [name, old[slotName(weight.name, name)]!])),
            shared: sharedNext,
            learningRate,
            iterations,
            momentum: given[MOMENTUM] as tf.Scalar | undefined,
          },
          weight,
        )
        own?.[weight.name]?.dispose() // it was kept for the update, which it does not outlive
        next[weight.name] = updated.weight
        for (const [name, value] of Object.entries(updated.slots)) next[slotName(weight.name, name)] = value
      }
      const state = constrained(old, averaged(old, next, given[averaging.name]))
      const after = afterwards?.(old, state, given)
      return { state: { ...state, ...after?.updates }, outputs: { ...outputs, ...after?.outputs } }
    },
  }

  const accumulate: Program = {
    state,
    inputs: all,
    run(old, given, found) {
      const { gradients, updates: own, outputs } = computed(old, given, found)
      const sums = gradients.map((gradient, index) => {
        const name = slotName(weights[index]!.name, ACCUMULATOR)
        return [name, tf.add(gradient, old[name]!)] as const
      })
      const next = averaged(old, { ...own, ...Object.fromEntries(sums) }, given[averaging.name])
      return { state: constrained(old, next), outputs }
    },
  }

  const means = (old: Tensors) => Object.fromEntries(weights.map(({ name }) => [name, old[slotName(name, AVERAGE)]!]))
  const average: Program = { state, inputs: [], run: (old) => ({ state: means(old), outputs: {} }) }
  const overwrite: Program = { state, inputs: [], run: (old) => ({ state: constrained(old, means(old)), outputs: {} }) }

  return {
    train,
    ...(steps !== null && { accumulate }),
    ...(use_ema && { average }),
    ...(use_ema && spec.ema_overwrite_frequency !== null && { overwrite }),
  }
}

/**
 * The optimizer for a model in which nothing is trained: without running mean, accumulation and clipping by a global
 * norm.
 */
export const resting = (spec: OptimizerSpec): OptimizerSpec => ({
  ...spec,
  use_ema: false,
  gradient_accumulation_steps: null,
  global_clipnorm: null,
})

export function stepPlan(spec: OptimizerSpec): StepPlan<DescentName> {
  const { gradient_accumulation_steps, ema_overwrite_frequency, use_ema } = spec
  const steps = gradient_accumulation_steps ?? 1
  const overwrites = (iterations: number) =>
    use_ema && ema_overwrite_frequency !== null && (updatesBefore(iterations, spec) + 1) % ema_overwrite_frequency === 0
  const isUpdate = (iterations: number) => (iterations + 1) % steps === 0
  return {
    isUpdate,
    step: (iterations) => [
      isUpdate(iterations) ? 'train' : 'accumulate',
      ...(overwrites(iterations) ? (['overwrite'] as const) : []),
    ],
    end: use_ema ? ['average'] : [],
  }
}

/** Number of updates so far; Keras calls it the optimizer's iterations. */
const updatesBefore = (iterations: number, { gradient_accumulation_steps }: OptimizerSpec): number =>
  Math.floor(iterations / (gradient_accumulation_steps ?? 1))

const decayOf = (optimizer: Optimizer, weight: Slot, { weight_decay }: OptimizerSpec): number | null =>
  optimizer.weightDecay ? optimizer.weightDecay(weight) : weight_decay

const decayed = (weight: tf.Tensor, share: number | null, learningRate: tf.Scalar): tf.Tensor =>
  share === null ? weight : tf.sub(weight, tf.mul(tf.mul(weight, share), learningRate))

const slotName = (weight: string, slot: string): string => `${weight}/${slot}`

const slotOf = (weight: Slot, { name, shape = weight.shape, initial = 0 }: Kept): Slot => ({
  name: slotName(weight.name, name),
  shape,
  role: 'optimizer',
  initial: () => new Float32Array(sizeOf(shape)).fill(initial),
})

/** Unique, because names of weights begin with the name of a layer. */
const sharedName = (name: string): string => `optimizer/${name}`

const sharedSlot = ({ name, initial = 0 }: Kept): Slot => ({
  name: sharedName(name),
  shape: [],
  role: 'optimizer',
  initial: () => Float32Array.of(initial),
})
