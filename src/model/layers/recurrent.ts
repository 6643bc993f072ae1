/**
 * SimpleRNN, LSTM and GRU (keras/src/layers/rnn). One product multiplies the inputs of all steps with the kernel; then
 * the steps are unrolled, one after another. Time is the first axis, so that the data of one step are contiguous.
 */
import * as tf from '@tensorflow/tfjs-core'
import { ACTIVATION_FUNCTIONS } from '../activations.js'
import { projectionOf } from '../constraints.js'
import { initializerOf } from '../initializers.js'
import { penaltyOf } from '../regularizers.js'
import { biasOf } from './core.js'
import { gruGates } from './gates.js'
import {
  type LayerRule,
  type NoiseRequest,
  notSequence,
  type SavedLayer,
  type SpecOf,
  type WeightRequest,
} from './layer.js'
import { activations, columns, hasUsualActivations, lstmBias, lstmStates } from './lstm.js'
import { sameInTfjs } from './saved.js'
import { masksFrom, pieces, type Step, unrolled } from './steps.js'

export type RecurrentSpec = SpecOf<'SimpleRNN'> | SpecOf<'LSTM'> | SpecOf<'GRU'>

/** One step of a kind of recurrent layer. */
interface Cell<Spec extends RecurrentSpec> {
  /** Number of gates. Their kernels lie side by side, with `units` columns each. */
  readonly gates: number
  /** Number of arrays that a step passes to the next, each (batch, units); the first is the output. */
  readonly states: number
  /** Fields of the bias that differ from the bias of other layers. */
  bias?(spec: Spec): Partial<WeightRequest>
  /**
   * Makes the step, which takes the inputs times the kernel, plus the bias: (batch, gates * units). `masks` are dropout masks of the state: one for each gate, or none.
   */
  begin(spec: Spec, weights: CellWeights, masks: readonly tf.Tensor[]): Step
  saved(spec: Spec): SavedLayer | null
}

interface CellWeights {
  readonly kernel: tf.Tensor
  /** Bias of the recurrent product, if it has one of its own. */
  readonly bias: tf.Tensor | undefined
}

/** `activation(x + h . U)` */
const simpleCell: Cell<SpecOf<'SimpleRNN'>> = {
  gates: 1,
  states: 1,
  begin({ activation }, { kernel }, masks) {
    const { apply } = ACTIVATION_FUNCTIONS[activation]
    const recurrent = product(kernel, masks)
    return (x, [h]) => [apply(tf.add(recurrent(dropped(h!)), x))]
  },
  saved: (spec) => sameInTfjs(spec),
}

const lstmCell: Cell<SpecOf<'LSTM'>> = {
  gates: 4,
  states: 2,
  bias: lstmBias,
  begin(spec, { kernel }, masks) {
    const recurrent = product(kernel, masks)
    return (x, [h, carry]) => lstmStates(spec, tf.add(recurrent(dropped(h!)), x), carry!)
  },
  saved: (spec) => sameInTfjs(spec),
}

/**
 * The gates are update, reset, candidate. The state is reset after the recurrent product or before it (Cho et al.,
 * 2014).
 */
const gruCell: Cell<SpecOf<'GRU'>> = {
  gates: 3,
  states: 1,
  bias: ({ reset_after, units }) => (reset_after ? { shape: [2, 3 * units] } : {}),
  begin(spec, { kernel, bias }, masks) {
    const [act, gate] = activations(spec)
    /** update * h + (1 - update) * candidate */
    const mixed = (update: tf.Tensor, h: tf.Tensor, candidate: tf.Tensor) => [
      tf.add(candidate, tf.mul(update, tf.sub(h, candidate))),
    ]
    if (spec.reset_after) {
      const recurrent = product(kernel, masks)
      return (x, [h]) => {
        const recurred = recurrent(dropped(h!))
        const linear = bias ? tf.add(recurred, bias) : recurred
        if (hasUsualActivations(spec)) return [gruGates(x, linear, h!)]
        const [gates, candidate] = columns(x, [2, 1])
        const [stateGates, stateCandidate] = columns(linear, [2, 1])
        const [update, reset] = columns(tf.add(gates!, stateGates!), [1, 1]).map(gate)
        return mixed(update!, h!, act(tf.add(candidate!, tf.mul(reset!, stateCandidate!))))
      }
    }
    const [gateKernel, candidateKernel] = columns(kernel, [2, 1])
    const gateProduct = product(gateKernel!, masks.slice(0, 2))
    const candidateProduct = product(candidateKernel!, masks.slice(2))
    return (x, [h]) => {
      const [gates, candidate] = columns(x, [2, 1])
      const [update, reset] = columns(tf.add(gateProduct(dropped(h!)), gates!), [1, 1]).map(gate)
      const linear = candidateProduct((mask) => tf.mul(reset!, dropped(h!)(mask)))
      return mixed(update!, h!, act(tf.add(linear, candidate!)))
    }
  },
  /** tfjs can only reset the state before the product. */
  saved: (spec) => (spec.reset_after ? null : sameInTfjs(spec)),
}

const dropped = (x: tf.Tensor) => (mask?: tf.Tensor) => (mask ? tf.mul(x, mask) : x)

/**
 * Returns a function that multiplies rows with a kernel. With several masks, each gate's columns use their own dropout
 * mask.
 */
function product(kernel: tf.Tensor, masks: readonly tf.Tensor[]) {
  const parts = masks.length > 1 ? tf.split(kernel, masks.length, 1) : [kernel]
  return (rows: (mask?: tf.Tensor) => tf.Tensor): tf.Tensor => {
    const products = parts.map((part, gate) => tf.matMul(rows(masks[gate]) as tf.Tensor2D, part as tf.Tensor2D))
    return products.length > 1 ? tf.concat(products, 1) : products[0]!
  }
}

function recurrent<Spec extends RecurrentSpec>(cell: Cell<Spec>): LayerRule<Spec> {
  /** Keras draws one mask for all gates, or one for each gate if the state has dropout. */
  const masksOf = (spec: Spec) => (spec.recurrent_dropout > 0 ? cell.gates : 1)
  return {
    outputShape({ units, return_sequences }, [given]) {
      if (given!.length !== 2) {
        throw notSequence(given!)
      }
      return return_sequences ? [given![0]!, units] : [units]
    },
    weights(spec, [given]) {
      const width = cell.gates * spec.units
      const kernel: WeightRequest = {
        name: 'kernel',
        shape: [given![1]!, width],
        initializer: initializerOf(spec.kernel_initializer),
        penalty: penaltyOf(spec.kernel_regularizer),
        constraint: projectionOf(spec.kernel_constraint),
      }
      const recurrentKernel: WeightRequest = {
        name: 'recurrent_kernel',
        shape: [spec.units, width],
        initializer: initializerOf(spec.recurrent_initializer),
        penalty: penaltyOf(spec.recurrent_regularizer),
        constraint: projectionOf(spec.recurrent_constraint),
      }
      return [kernel, recurrentKernel, ...(spec.use_bias ? [{ ...biasOf(spec, width), ...cell.bias?.(spec) }] : [])]
    },
    noise(spec, [given]) {
      const drawn = (rate: number, size: number): NoiseRequest => ({
        shape: [masksOf(spec), size],
        distribution: { type: 'dropout', rate },
      })
      return {
        ...(spec.dropout > 0 && { dropout: drawn(spec.dropout, given![1]!) }),
        ...(spec.recurrent_dropout > 0 && { recurrent_dropout: drawn(spec.recurrent_dropout, spec.units) }),
      }
    },
    steps: (_, [given]) => given![0]!,
    call(spec, [x], { weights, noise, masks: [mask] }) {
      const [batch, time, features] = x!.shape as [number, number, number]
      const [inputBias, bias] = biases(weights.bias)
      const steps = tf.transpose(x!, [1, 0, 2])
      const linear = product(
        weights.kernel!,
        masksFrom(noise.dropout),
      )((drop) => tf.reshape(dropped(steps)(drop), [time * batch, features]))
      const inputs = pieces(inputBias ? tf.add(linear, inputBias) : linear, time)
      const step = cell.begin(spec, { kernel: weights.recurrent_kernel!, bias }, masksFrom(noise.recurrent_dropout))
      return unrolled(step, { ...spec, inputs, mask, states: cell.states, size: spec.units })
    },
    range: ({ activation }) => ACTIVATION_FUNCTIONS[activation].range ?? 'any',
    mask: ({ return_sequences }, _, [mask]) => (return_sequences ? mask : undefined),
    readsMask: 'steps',
    keepsMasks: true,
    saved: cell.saved,
  }
}

/** Splits a bias into that of the inputs and, if it has two rows, that of the recurrent product. */
const biases = (bias: tf.Tensor | undefined): (tf.Tensor | undefined)[] =>
  bias?.rank === 2 ? tf.unstack(bias) : [bias, undefined]

export const simpleRnn = recurrent(simpleCell)
export const lstm = recurrent(lstmCell)
export const gru = recurrent(gruCell)
