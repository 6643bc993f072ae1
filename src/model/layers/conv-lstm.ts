/**
 * ConvLSTM1D, ConvLSTM2D and ConvLSTM3D (keras/src/layers/rnn/conv_lstm.py; Shi et al., 2015): an LSTM whose products are
 * convolutions. One convolution takes the inputs of all steps; then the steps are unrolled.
 */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape, type Shape, sizeOf } from '../../base/shape.js'
import { ACTIVATION_FUNCTIONS } from '../activations.js'
import { convolved } from './convolve.js'
import { biasOf } from './core.js'
import { type LayerRule, type NoiseRequest, ShapeProblem, type SpecOf } from './layer.js'
import { lstmBias, lstmStates } from './lstm.js'
import { sameInTfjs } from './saved.js'
import { spaceOf, type Window, windowCounts } from './space.js'
import { masksFrom, pieces, unrolled } from './steps.js'
import { weightOf } from './weight.js'

export type ConvLstmSpec = SpecOf<`ConvLSTM${1 | 2 | 3}D`>

const GATES = 4

const inputWindow = (spec: ConvLstmSpec): Window => ({
  size: spec.kernel_size,
  strides: spec.strides,
  dilations: spec.dilation_rate,
  padding: spec.padding,
})

/** The state keeps its size, and its window has no gaps. */
const recurrentWindow = ({ kernel_size }: ConvLstmSpec): Window => ({
  size: kernel_size,
  strides: kernel_size.map(() => 1),
  padding: 'same',
})

/** Number of steps, shape of one step of the input, and that of a state. Throws ShapeProblem. */
function partsOf(spec: ConvLstmSpec, sample: Shape) {
  const axes = spec.kernel_size.length
  if (sample.length !== axes + 2) {
    const places = ['steps', ...['depth', 'height', 'width'].slice(-axes), 'channels']
    throw new ShapeProblem(`takes samples of (${places.join(', ')}), found ${formatShape(sample)}`)
  }
  const [time, ...step] = sample as [number, ...number[]]
  const { space, channels } = spaceOf(step, axes)
  return { time, step, channels, state: [...windowCounts(space, inputWindow(spec)), spec.filters] }
}

export const convLstm: LayerRule<ConvLstmSpec> = {
  outputShape(spec, [given]) {
    const { time, state } = partsOf(spec, given!)
    return spec.return_sequences ? [time, ...state] : state
  },
  weights(spec, [given]) {
    const { channels } = partsOf(spec, given!)
    const { kernel_size, filters } = spec
    const width = GATES * filters
    return [
      weightOf(spec, 'kernel', [...kernel_size, channels, width]),
      { ...weightOf(spec, 'recurrent', [...kernel_size, filters, width]), name: 'recurrent_kernel' },
      ...(spec.use_bias ? [{ ...biasOf(spec, width), ...lstmBias(spec) }] : []),
    ]
  },
  /** A mask for each gate, the same in every step. */
  noise(spec, [given]) {
    const { step, state } = partsOf(spec, given!)
    const drawn = (rate: number, shape: Shape): NoiseRequest => ({
      shape: [GATES, ...shape],
      distribution: { type: 'dropout', rate },
    })
    return {
      ...(spec.dropout > 0 && { dropout: drawn(spec.dropout, step) }),
      ...(spec.recurrent_dropout > 0 && { recurrent_dropout: drawn(spec.recurrent_dropout, state) }),
    }
  },
  steps: (_, [given]) => given![0]!,
  call(spec, [x], { weights, noise, masks: [mask] }) {
    const { time, step, state } = partsOf(spec, x!.shape.slice(1))
    const batch = x!.shape[0]!
    const size = sizeOf(state)
    const inTime = tf.transpose(tf.reshape(x!, [batch, time, sizeOf(step)]), [1, 0, 2])
    const ofInput = gateConvolutions(weights.kernel!, inputWindow(spec), masksFrom(noise.dropout), (kept) =>
      tf.reshape(kept ? tf.mul(inTime, tf.reshape(kept, [1, batch, sizeOf(step)])) : inTime, [time * batch, ...step]),
    )
    const linear = weights.bias ? tf.add(ofInput, weights.bias) : ofInput
    const rows = (y: tf.Tensor) => tf.reshape(y, [-1, y.shape.at(-1)!])
    const keeps = masksFrom(noise.recurrent_dropout)
    const run = unrolled(
      (given, [h, carry]) => {
        const before = tf.reshape(h!, [batch, ...state])
        const recurred = gateConvolutions(weights.recurrent_kernel!, recurrentWindow(spec), keeps, (kept) =>
          kept ? tf.mul(before, kept) : before,
        )
        const next = lstmStates(spec, rows(tf.add(given, recurred)), tf.reshape(carry!, [-1, spec.filters]))
        return next.map((one) => tf.reshape(one, [batch, size]))
      },
      { ...spec, inputs: pieces(linear, time), mask, states: 2, size },
    )
    return tf.reshape(run, [batch, ...(spec.return_sequences ? [time] : []), ...state])
  },
  range: ({ activation }) => ACTIVATION_FUNCTIONS[activation].range ?? 'any',
  mask: ({ return_sequences }, _, [mask]) => (return_sequences ? mask : undefined),
  readsMask: 'time',
  keepsMasks: true,
  /** tfjs has only the 2D layer, which never frees the masks of its dropout; a saved model needs none. */
  saved: (spec) => (spec.type === 'ConvLSTM2D' ? sameInTfjs(spec, { dropout: 0, recurrent_dropout: 0 }) : null),
}

/** Convolves with the kernels of all gates at once, or with each by itself if each has its own dropout mask. */
function gateConvolutions(
  kernel: tf.Tensor,
  window: Window,
  keeps: readonly tf.Tensor[],
  input: (kept?: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  if (keeps.length === 0) return convolved(input(), kernel, window)
  const kernels = tf.split(kernel, keeps.length, -1)
  return tf.concat(
    keeps.map((kept, gate) => convolved(input(kept), kernels[gate]!, window)),
    -1,
  )
}
