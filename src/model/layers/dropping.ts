/** Dropout within a layer: a request for noise, named `noise`, and its use. */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import type { CallContext, NoiseRequest } from './layer.js'

export const dropoutNoise = (rate: number, shape: Shape): Readonly<Record<string, NoiseRequest>> =>
  rate > 0 ? { noise: { shape, distribution: { type: 'dropout', rate } } } : {}

export const dropped = (x: tf.Tensor, { noise }: CallContext['noise']): tf.Tensor => (noise ? tf.mul(x, noise) : x)
