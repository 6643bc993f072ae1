/**
 * SimpleRNN, LSTM and GRU (keras/src/layers/rnn). One product multiplies the inputs of all steps with the kernel; then
 * the steps are unrolled, one after another. Time is the first axis, so that the data of one step are contiguous.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { ActivationName } from '../../spec/activations.js'
import { ACTIVATION_FUNCTIONS } from '../activations.js'
import { projectionOf } from '../constraints.js'
import { type Initializer, initializerOf } from '../initializers.js'
import { penaltyOf } from '../regularizers.js'
import { biasOf } from './core.js'
import { gruGates, lstmGates } from './gates.js'
import {
  type LayerRule,
  type NoiseRequest,
  notSequence,
  type SavedLayer,
  type SpecOf,
  type WeightRequest,
} from './layer.js'
import { sameInTfjs } from './saved.js'

export type RecurrentSpec = SpecOf<'SimpleRNN'> | SpecOf<'LSTM'> | SpecOf<'GRU'>

/** One step of a kind of recurrent layer. */
interface Cell<Spec extends RecurrentSpec> {
  /** Number of gates. Their kernels lie side by side, with `units` columns each. */
  readonly gates: number
  /** Number of arrays that a step passes to the next, each (batch, units); the first is the output. */
  readonly states: number
  /** Fields of the bias that differ from the bias of other layers. */
  bias?(spec: Spec): Partial<WeightRequest>
  /** Makes the step. `masks` are dropout masks of the state: one for each gate, or none. */
  begin(spec: Spec, weights: CellWeights, masks: readonly tf.Tensor[]): Step
  saved(spec: Spec): SavedLayer | null
}

interface CellWeights {
  readonly kernel: tf.Tensor
  /** Bias of the recurrent product, if it has one of its own. */
  readonly bias: tf.Tensor | undefined
}

/** `x` (batch, gates * units): the inputs of the step times the kernel, plus the bias. */
type Step = (x: tf.Tensor, states: readonly tf.Tensor[]) => readonly tf.Tensor[]

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

/** The gates are input, forget, candidate, output (Hochreiter and Schmidhuber, 1997; Gers et al., 2000). */
const lstmCell: Cell<SpecOf<'LSTM'>> = {
  gates: 4,
  states: 2,
  bias: ({ unit_forget_bias, bias_initializer }) =>
    unit_forget_bias ? { initializer: rememberingAtFirst(initializerOf(bias_initializer)) } : {},
  begin(spec, { kernel }, masks) {
    const [act, gate] = activations(spec)
    const recurrent = product(kernel, masks)
    return (x, [h, carry]) => {
      const linear = tf.add(recurrent(dropped(h!)), x)
      if (hasUsualActivations(spec)) return columns(lstmGates(linear, carry!), [1, 1])
      const [input, forget, candidate, output] = columns(linear, [1, 1, 1, 1])
      const carried = tf.add(tf.mul(gate(forget!), carry!), tf.mul(gate(input!), act(candidate!)))
      return [tf.mul(gate(output!), act(carried)), carried]
    }
  },
  saved: (spec) => sameInTfjs(spec),
}

/** Initializes the bias of the forget gate with 1 (Jozefowicz et al., 2015). */
const rememberingAtFirst =
  (others: Initializer): Initializer =>
  ([size], random) => {
    const units = size! / 4
    return Float32Array.from([...others([units], random), ...Array(units).fill(1), ...others([2 * units], random)])
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

interface Gated {
  readonly activation: ActivationName
  readonly recurrent_activation: ActivationName
}

const activations = (spec: Gated) =>
  [ACTIVATION_FUNCTIONS[spec.activation].apply, ACTIVATION_FUNCTIONS[spec.recurrent_activation].apply] as const

const hasUsualActivations = ({ activation, recurrent_activation }: Gated): boolean =>
  activation === 'tanh' && recurrent_activation === 'sigmoid'

/** Splits the columns of (rows, n) in the ratio of `parts`. */
function columns(x: tf.Tensor, parts: readonly number[]): tf.Tensor[] {
  const unit = x.shape[1]! / parts.reduce((sum, part) => sum + part, 0)
  return tf.split(
    x,
    parts.map((part) => part * unit),
    1,
  )
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
      const { units, return_sequences, zero_output_for_mask } = spec
      const [inputBias, bias] = biases(weights.bias)
      const steps = tf.transpose(x!, [1, 0, 2])
      const linear = product(
        weights.kernel!,
        masksFrom(noise.dropout),
      )((drop) => tf.reshape(dropped(steps)(drop), [time * batch, features]))
      const inputs = pieces(inputBias ? tf.add(linear, inputBias) : linear, time)
      const counted = mask && pieces(tf.reshape(tf.transpose(mask), [time * batch, 1]), time)
      const step = cell.begin(spec, { kernel: weights.recurrent_kernel!, bias }, masksFrom(noise.recurrent_dropout))

      const zeros = tf.zeros([batch, units])
      let states: readonly tf.Tensor[] = Array(cell.states).fill(zeros)
      const outputs: tf.Tensor[] = []
      const order = inputs.map((_, index) => (spec.go_backwards ? time - 1 - index : index))
      for (const at of order) {
        // the gradients of all states pass through the last one
        const before = time > FEW_STEPS ? states.with(-1, withCutGradient(states.at(-1)!)) : states
        const next = step(inputs[at]!, before)
        const counts = counted?.[at]
        states = counts ? next.map((value, index) => tf.where(counts, value, states[index]!)) : next
        outputs.push(counts && zero_output_for_mask ? tf.where(counts, states[0]!, zeros) : states[0]!)
      }
      if (!return_sequences) return outputs.at(-1)!
      return tf.transpose(tf.reshape(tf.concat(outputs), [time, batch, units]), [1, 0, 2])
    },
    range: ({ activation }) => ACTIVATION_FUNCTIONS[activation].range ?? 'any',
    mask: ({ return_sequences }, _, [mask]) => (return_sequences ? mask : undefined),
    readsMask: 'steps',
    keepsMasks: true,
    saved: cell.saved,
  }
}

/** Up to this number of steps gradients do not vanish. */
const FEW_STEPS = 64

/** Added to a gradient and subtracted again: next to 2^-60, float32 keeps only multiples of 2^-83. */
const FLOOR = 2 ** -60

/**
 * The identity, with its gradient rounded to multiples of 2^-83. Gradients that vanish over many steps would otherwise
 * end in subnormal numbers, with which processors are ten times slower.
 */
const withCutGradient = (x: tf.Tensor): tf.Tensor =>
  tf.customGrad((...given) => ({
    value: tf.clone(given[0] as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.sub(tf.add(dy, FLOOR), FLOOR),
  }))(x)

/**
 * Splits rows into equal pieces. A single piece is returned as it is, because the gradient of tfjs' `split` does not
 * take one.
 */
const pieces = (x: tf.Tensor, count: number): tf.Tensor[] => (count === 1 ? [x] : tf.split(x, count))

/** Splits a bias into that of the inputs and, if it has two rows, that of the recurrent product. */
const biases = (bias: tf.Tensor | undefined): (tf.Tensor | undefined)[] =>
  bias?.rank === 2 ? tf.unstack(bias) : [bias, undefined]

/** Splits noise (batch, masks, size) into one array for each mask. */
const masksFrom = (noise: tf.Tensor | undefined): tf.Tensor[] => (noise ? tf.unstack(noise, 1) : [])

export const simpleRnn = recurrent(simpleCell)
export const lstm = recurrent(lstmCell)
export const gru = recurrent(gruCell)
