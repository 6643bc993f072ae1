/** Masks beside what they are masks of. */
import * as tf from '@tensorflow/tfjs-core'

/** (batch, ...) with as many axes as `rank`, those at the end of length 1. */
export const beside = (x: tf.Tensor, rank: number): tf.Tensor =>
  tf.reshape(x, [...x.shape, ...Array<number>(Math.max(0, rank - x.rank)).fill(1)])

/**
 * Values and a mask with as many axes as one another: a last axis of length 1 is left out of the longer one, or added to
 * what has one number a sample (keras/src/losses/loss.py, `squeeze_or_expand_to_same_rank`).
 */
export function ofOneRank(values: tf.Tensor, mask: tf.Tensor): [values: tf.Tensor, mask: tf.Tensor] {
  const [long, short] = values.rank > mask.rank ? [values, mask] : [mask, values]
  if (long.rank !== short.rank + 1 || long.shape.at(-1) !== 1) return [values, mask]
  const fitted = short.rank === 1 ? [long, tf.expandDims(short, -1)] : [tf.squeeze(long, [long.rank - 1]), short]
  return (values.rank > mask.rank ? fitted : fitted.toReversed()) as [tf.Tensor, tf.Tensor]
}
