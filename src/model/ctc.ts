/**
 * Connectionist temporal classification (Graves et al., 2006; keras/src/losses/losses.py, `ctc`): the probability that a
 * class at each step gives a sequence of classes, when repetitions are left out and then the blank, class 0.
 *
 * The states of a sequence of L classes are blank, 1st class, blank, ..., L-th class, blank: S = 2 L + 1 of them. At
 * each step a path stays in its state, goes to the next one, or leaves out a blank between two unlike classes.
 */
import * as tf from '@tensorflow/tfjs-core'

/** Logarithm of the weight of a path that is not allowed: 0 beside any other, and far from the limits of float32. */
const NEVER = -1e30

type Save = (tensors: tf.Tensor[]) => void

/**
 * Returns -log P(labels), (batch). `labels` (batch, L), int32, has 0 after the end of a shorter sequence. `logits` is
 * (batch, T, classes). A sequence that does not fit into T steps, one for each class and one between two equal ones, has
 * a loss of about 1e30; Keras gives about 1e5 on JAX, and infinity on TensorFlow.
 *
 * The gradient by the logits is softmax(logits) less the probability of each class at each step, given the sequence.
 * Logarithms of sums over paths are scaled at each step, and these probabilities are scaled to 1, so the number of steps
 * costs no digits.
 */
export function ctc(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  const { classes, start, end, skip } = statesOf(labels, logits.shape.at(-1)!)
  return tf.customGrad((...given) => {
    const [logits, save] = given as unknown as [tf.Tensor, Save]
    const scores = tf.matMul(tf.logSoftmax(logits), classes, false, true)
    // the rest of a path from a step on is a path through the reversed sequence, so one pass finds both
    const { sums, scale } = pathSums(
      tf.stack([scores, tf.reverse(scores, [1, 2])], 2),
      tf.stack([start, tf.reverse(end, 1)], 1),
      tf.stack([skip, reversed(skip)], 1),
    )
    const ends = tf.add(forward(sums.at(-1)!), end)
    const value = tf.neg(tf.add(tf.squeeze(forward(scale), [1]), tf.logSumExp(ends, 1)))
    save([logits, classes, scores, tf.stack(sums, 1)])
    return { value, gradFunc: ctcGradient }
  })(logits)
}

/** The first of two rows, that of the sequence and not of the reversed one: (batch, n) of (batch, 2, n). */
const forward = (both: tf.Tensor): tf.Tensor => tf.squeeze(tf.slice(both, [0, 0, 0], [-1, 1, -1]), [1])

function ctcGradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor {
  const [logits, classes, scores, sums] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
  const [before, after] = tf.unstack(sums, 2) as [tf.Tensor, tf.Tensor]
  // both sums have the score of their step
  const states = tf.softmax(tf.sub(tf.add(before, tf.reverse(after, [1, 2])), scores))
  const gradient = tf.sub(tf.softmax(logits), tf.matMul(states, classes))
  return tf.mul(gradient, tf.reshape(dy, [-1, 1, 1]))
}

/**
 * Sums over all paths to each state at each step, (batch, 2, S), as logarithms less their maximum, which `scale`
 * (batch, 2, 1) adds up. `scores` is (batch, T, 2, S), `start` and `skip` (batch, 2, S).
 */
function pathSums(scores: tf.Tensor, start: tf.Tensor, skip: tf.Tensor): { sums: tf.Tensor[]; scale: tf.Tensor } {
  const [first, ...rest] = scores.shape[1] === 1 ? [tf.squeeze(scores, [1])] : tf.unstack(scores, 1)
  const states = skip.shape[2]!
  const sums = [tf.add(first!, start)]
  const scales: tf.Tensor[] = []
  for (const score of rest) {
    const stay = sums.at(-1)!
    const padded = tf.pad(
      stay,
      [
        [0, 0],
        [0, 0],
        [2, 0],
      ],
      NEVER,
    )
    const next = tf.slice(padded, [0, 0, 1], [-1, -1, states])
    const over = tf.add(tf.slice(padded, [0, 0, 0], [-1, -1, states]), skip)
    const most = tf.maximum(tf.maximum(stay, next), over)
    const exp = (x: tf.Tensor) => tf.exp(tf.sub(x, most))
    const all = tf.log(tf.add(tf.add(exp(stay), exp(next)), exp(over)))
    const sum = tf.add(tf.add(most, all), score)
    const scale = tf.max(sum, 2, true)
    scales.push(scale)
    sums.push(tf.sub(sum, scale))
  }
  const none = tf.sum(tf.mul(sums[0]!, 0), 2, true)
  return { sums, scale: scales.length === 0 ? none : tf.sum(tf.concat(scales, 2), 2, true) }
}

/** The states of sequences, of which `classes` (batch, S, classes) has the class of each as a one-hot vector. */
interface States {
  readonly classes: tf.Tensor
  /** (batch, S) each: 0 where a path may start, end, or arrive from the state before the last one, else `NEVER`. */
  readonly start: tf.Tensor
  readonly end: tf.Tensor
  readonly skip: tf.Tensor
}

/** Zeros are made of the labels, so that each sample has its own, and a batch can be halved (`engine/compiled/passes`). */
function statesOf(labels: tf.Tensor, classes: number): States {
  const [batch, length] = labels.shape as [number, number]
  const size = 2 * length + 1
  const hot = tf.oneHot(labels as tf.Tensor2D, classes, 1, 0, 'float32')
  const blanks = tf.add(tf.mul(hot, 0), tf.oneHot(tf.tensor1d([0], 'int32'), classes, 1, 0, 'float32'))
  const blank = tf.slice(blanks, [0, 0, 0], [-1, 1, -1])
  const numbers = tf.cast(labels, 'float32')
  const last = tf.mul(tf.sum(tf.cast(tf.notEqual(numbers, 0), 'float32'), 1, true), 2)
  const place = tf.tensor2d([...Array(size).keys()], [1, size])
  const isEnd = tf.logicalOr(tf.equal(place, last), tf.equal(place, tf.sub(last, 1)))
  const isStart = tf.less(tf.add(place, tf.mul(last, 0)), 2)
  return {
    classes: tf.concat([tf.reshape(tf.stack([blanks, hot], 2), [batch, 2 * length, classes]), blank], 1),
    start: weightOf(tf.cast(isStart, 'float32')),
    end: weightOf(tf.cast(isEnd, 'float32')),
    skip: weightOf(skips(numbers)),
  }
}

/** 1 at the state of each class that is unlike the one before it, else 0. */
function skips(labels: tf.Tensor): tf.Tensor {
  const [batch, length] = labels.shape as [number, number]
  if (length === 1)
    return tf.pad(tf.mul(labels, 0), [
      [0, 0],
      [1, 1],
    ])
  const unlike = tf.notEqual(tf.slice(labels, [0, 1], [-1, -1]), tf.slice(labels, [0, 0], [-1, length - 1]))
  const ofClasses = tf.pad(tf.cast(unlike, 'float32'), [
    [0, 0],
    [1, 0],
  ])
  const pairs = tf.stack([tf.mul(ofClasses, 0), ofClasses], 2)
  return tf.pad(tf.reshape(pairs, [batch, 2 * length]), [
    [0, 0],
    [0, 1],
  ])
}

/** `skip` of the reversed sequence. */
function reversed(skip: tf.Tensor): tf.Tensor {
  const states = skip.shape[1]!
  return tf.pad(tf.slice(tf.reverse(skip, 1), [0, 0], [-1, states - 2]), [
    [0, 0],
    [2, 0],
  ])
}

/** 0 for 1, and `NEVER` for 0. */
const weightOf = (allowed: tf.Tensor): tf.Tensor => tf.mul(tf.sub(1, allowed), NEVER)
