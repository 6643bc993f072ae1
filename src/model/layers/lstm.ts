/** The gates of a step of LSTM and of the ConvLSTM layers, and the first values of their bias. */
import * as tf from '@tensorflow/tfjs-core'
import type { ActivationName } from '../../spec/activations.js'
import { ACTIVATION_FUNCTIONS } from '../activations.js'
import { type Initializer, initializerOf } from '../initializers.js'
import { lstmGates } from './gates.js'
import type { SpecOf, WeightRequest } from './layer.js'

export interface Gated {
  readonly activation: ActivationName
  readonly recurrent_activation: ActivationName
}

export const activations = (spec: Gated) =>
  [ACTIVATION_FUNCTIONS[spec.activation].apply, ACTIVATION_FUNCTIONS[spec.recurrent_activation].apply] as const

export const hasUsualActivations = ({ activation, recurrent_activation }: Gated): boolean =>
  activation === 'tanh' && recurrent_activation === 'sigmoid'

/** Splits the columns of (rows, n) in the ratio of `parts`. */
export function columns(x: tf.Tensor, parts: readonly number[]): tf.Tensor[] {
  const unit = x.shape[1]! / parts.reduce((sum, part) => sum + part, 0)
  return tf.split(
    x,
    parts.map((part) => part * unit),
    1,
  )
}

/**
 * The output and the new carry of a step, each (rows, units). `linear` (rows, 4 units) holds the inputs of the gates:
 * input, forget, candidate, output (Hochreiter and Schmidhuber, 1997; Gers et al., 2000).
 */
export function lstmStates(spec: Gated, linear: tf.Tensor, carry: tf.Tensor): readonly tf.Tensor[] {
  if (hasUsualActivations(spec)) return columns(lstmGates(linear, carry), [1, 1])
  const [act, gate] = activations(spec)
  const [input, forget, candidate, output] = columns(linear, [1, 1, 1, 1])
  const carried = tf.add(tf.mul(gate(forget!), carry), tf.mul(gate(input!), act(candidate!)))
  return [tf.mul(gate(output!), act(carried)), carried]
}

/** Fields of the bias that differ from the bias of other layers. */
export const lstmBias = ({
  unit_forget_bias,
  bias_initializer,
}: Pick<SpecOf<'LSTM'>, 'unit_forget_bias' | 'bias_initializer'>): Partial<WeightRequest> =>
  unit_forget_bias ? { initializer: rememberingAtFirst(initializerOf(bias_initializer)) } : {}

/** Initializes the bias of the forget gate with 1 (Jozefowicz et al., 2015). */
const rememberingAtFirst =
  (others: Initializer): Initializer =>
  ([size], random) => {
    const units = size! / 4
    return Float32Array.from([...others([units], random), ...Array(units).fill(1), ...others([2 * units], random)])
  }
