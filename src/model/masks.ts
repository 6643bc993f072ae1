/** Fits the ranks of masks and values to one another. */
import * as tf from '@tensorflow/tfjs-core'

/** Adds axes of length 1 at the end of x, up to `rank` axes. */
export const beside = (x: tf.Tensor, rank: number): tf.Tensor =>
  tf.reshape(x, [...x.shape, ...Array<number>(Math.max(0, rank - x.rank)).fill(1)])

/**
 * Gives values and a mask the same rank: squeezes a last axis of length 1 from the one with more axes, or adds one to
 * the other if that has a single number per sample (keras/src/losses/loss.py, `squeeze_or_expand_to_same_rank`).
 */
export function ofOneRank(values: tf.Tensor, mask: tf.Tensor): [values: tf.Tensor, mask: tf.Tensor] {
  const [long, short] = values.rank > mask.rank ? [values, mask] : [mask, values]
  if (long.rank !== short.rank + 1 || long.shape.at(-1) !== 1) return [values, mask]
  const fitted = short.rank === 1 ? [long, tf.expandDims(short, -1)] : [tf.squeeze(long, [long.rank - 1]), short]
  return (values.rank > mask.rank ? fitted : fitted.toReversed()) as [tf.Tensor, tf.Tensor]
}
