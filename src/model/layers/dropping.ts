/** Dropout of elements within a layer: the noise that it asks for, called `noise`, and what is done with it. */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../../base/shape.js'
import type { NoiseRequest, Pass } from './layer.js'

export const dropoutNoise = (rate: number, shape: Shape): Readonly<Record<string, NoiseRequest>> =>
  rate > 0 ? { noise: { shape, distribution: { type: 'dropout', rate } } } : {}

export const dropped = (x: tf.Tensor, { noise }: Pass['noise']): tf.Tensor => (noise ? tf.mul(x, noise) : x)
