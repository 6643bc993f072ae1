/** The steps of a recurrent layer, which are unrolled, one after another. */
import * as tf from '@tensorflow/tfjs-core'

/** `x` (batch, ...): what the input of the step adds. States are (batch, size); the first is the output. */
export type Step = (x: tf.Tensor, states: readonly tf.Tensor[]) => readonly tf.Tensor[]

export interface Run {
  /** For each step, in the order of time. */
  readonly inputs: readonly tf.Tensor[]
  /** (batch, time), bool: false for steps to skip. */
  readonly mask: tf.Tensor | undefined
  /** Number of arrays that a step passes to the next. */
  readonly states: number
  /** Number of elements of a state of one sample. */
  readonly size: number
  readonly return_sequences: boolean
  readonly go_backwards: boolean
  readonly zero_output_for_mask: boolean
}

/** The output of the last step, (batch, size), or with return_sequences of all steps, (batch, time, size). */
export function unrolled(step: Step, run: Run): tf.Tensor {
  const { inputs, mask, size, go_backwards, zero_output_for_mask } = run
  const time = inputs.length
  const batch = inputs[0]!.shape[0]!
  const counted = mask && pieces(tf.reshape(tf.transpose(mask), [time * batch, 1]), time)
  const zeros = tf.zeros([batch, size])
  let states: readonly tf.Tensor[] = Array(run.states).fill(zeros)
  const outputs: tf.Tensor[] = []
  const order = inputs.map((_, index) => (go_backwards ? time - 1 - index : index))
  for (const at of order) {
    // the gradients of all states pass through the last one
    const before = time > FEW_STEPS ? states.with(-1, withCutGradient(states.at(-1)!)) : states
    const next = step(inputs[at]!, before)
    const counts = counted?.[at]
    states = counts ? next.map((value, index) => tf.where(counts, value, states[index]!)) : next
    outputs.push(counts && zero_output_for_mask ? tf.where(counts, states[0]!, zeros) : states[0]!)
  }
  if (!run.return_sequences) return outputs.at(-1)!
  return tf.transpose(tf.reshape(tf.concat(outputs), [time, batch, size]), [1, 0, 2])
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
export const pieces = (x: tf.Tensor, count: number): tf.Tensor[] => (count === 1 ? [x] : tf.split(x, count))

/** Splits noise (batch, masks, ...) into one array for each mask. */
export const masksFrom = (noise: tf.Tensor | undefined): tf.Tensor[] => (noise ? tf.unstack(noise, 1) : [])
