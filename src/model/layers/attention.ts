/**
 * Attention (keras/src/layers/attention): each step of the query attends to the steps of the values, weighted by how
 * well their keys match. Inputs are query, value and key, each (steps, features). Without a key the value is the key; a
 * single input is query, value and key.
 */
import * as tf from '@tensorflow/tfjs-core'
import { type Shape, sizeOf } from '../../base/shape.js'
import type { RegularizerSpec } from '../../spec/regularizers.js'
import { projectionOf } from '../constraints.js'
import { initializerOf, withFans } from '../initializers.js'
import { penaltyOf } from '../regularizers.js'
import { dropoutNoise, dropped } from './dropping.js'
import { type CallContext, type LayerRule, passMask, ShapeProblem, type SpecOf, type WeightRequest } from './layer.js'
import { formatShapes } from './merging.js'
import { anyRange } from './range.js'

const ARITY = { least: 1, most: 3 }

interface Parts<Part> {
  readonly query: Part
  readonly value: Part
  readonly key: Part
}

function partsOf<Part>([query, value = query, key = value]: readonly Part[]): Parts<Part> {
  return { query: query!, value: value!, key: key! }
}

/**
 * Checks that keys and values have the same number of steps and, if `alike`, that query and key have the same number of
 * features. Throws ShapeProblem.
 */
function sequences(inputs: readonly Shape[], alike: boolean): Parts<Shape> {
  const parts = partsOf(inputs)
  const { query, value, key } = parts
  if (inputs.some(({ length }) => length !== 2)) {
    throw new ShapeProblem(`needs sequences, (None, steps, features), found ${formatShapes(inputs)}`)
  }
  if (value[0] !== key[0]) {
    throw new ShapeProblem(`needs as many steps in its keys as in its values, found ${formatShapes([value, key])}`)
  }
  if (alike && query[1] !== key[1]) {
    throw new ShapeProblem(`needs as many features in its query as in its keys, found ${formatShapes([query, key])}`)
  }
  return parts
}

/** Added to scores that are masked, so that softmax gives 0 for them. */
const MASKED = -1e9

/** (1, steps of the query, steps of the keys): 1 where a step may attend to itself or to earlier steps, else 0. */
function causal(queries: number, keys: number): tf.Tensor {
  const seen = Float32Array.from({ length: queries * keys }, (_, index) =>
    index % keys <= Math.floor(index / keys) ? 1 : 0,
  )
  return tf.tensor(seen, [1, queries, keys])
}

const product = (factors: readonly (tf.Tensor | undefined)[]): tf.Tensor | undefined =>
  factors.reduce((all, one) => (all && one ? tf.mul(all, one) : (all ?? one)), undefined)

/** Converts a mask (batch, steps) of booleans to floats, with an axis of length 1 inserted at `axis`. */
const asNumbers = (mask: tf.Tensor | undefined, axis: 1 | 2): tf.Tensor | undefined =>
  mask && tf.cast(tf.expandDims(mask, axis), 'float32')

const shut = (open: tf.Tensor): tf.Tensor => tf.mul(tf.sub(1, open), MASKED)

// Attention with a single head and no projections ----------------------------

type Single = SpecOf<'Attention'> | SpecOf<'AdditiveAttention'>

const single = <Spec extends Single>(
  weights: (spec: Spec, features: number) => readonly WeightRequest[],
  /** Returns (batch, steps of the query, steps of the keys). */
  score: (spec: Spec, query: tf.Tensor, key: tf.Tensor, weights: CallContext['weights']) => tf.Tensor,
): LayerRule<Spec> => ({
  arity: ARITY,
  outputShape(_, inputs) {
    const { query, value } = sequences(inputs, true)
    return [query[0]!, value[1]!]
  },
  weights: (spec, inputs) => weights(spec, partsOf(inputs).query[1]!),
  noise(spec, inputs) {
    const { query, key } = partsOf(inputs)
    return dropoutNoise(spec.dropout, [query[0]!, key[0]!])
  },
  call(spec, inputs, context) {
    const { query, value, key } = partsOf(inputs)
    const masks = partsOf(maskOfEach(inputs, context.masks))
    const scores = score(spec, query, key, context.weights)
    const back = spec.use_causal_mask ? causal(query.shape[1]!, key.shape[1]!) : undefined
    const open = product([asNumbers(masks.value, 1), back])
    const shares = dropped(tf.softmax(open ? tf.add(scores, shut(open)) : scores), context.noise)
    const output = tf.matMul(shares, value)
    const counted = asNumbers(masks.query, 2)
    return counted ? tf.mul(output, counted) : output
  },
  mask: passMask,
  readsMask: 'steps',
  /** tfjs has no attention. */
  saved: () => null,
})

/** The mask of each input, as a list of the same length. */
const maskOfEach = (inputs: readonly unknown[], masks: CallContext['masks']): readonly (tf.Tensor | undefined)[] =>
  inputs.map((_, index) => masks[index])

const scalar = (name: string): WeightRequest => ({
  name,
  shape: [],
  initializer: initializerOf({ type: 'ones' }),
})

/** tanh(scale (query + key)) for every pair of steps, with features last. */
function pairs(query: tf.Tensor, key: tf.Tensor, scale?: tf.Tensor): tf.Tensor {
  const sum = tf.add(tf.expandDims(query, 2), tf.expandDims(key, 1))
  return tf.tanh(scale ? tf.mul(sum, scale) : sum)
}

/** softmax(query . key) . value (Luong et al., 2015). */
export const attention = single<SpecOf<'Attention'>>(
  ({ use_scale, score_mode }) => [
    ...(use_scale ? [scalar('scale')] : []),
    ...(score_mode === 'concat' ? [scalar('concat_score_weight')] : []),
  ],
  ({ score_mode }, query, key, { scale, concat_score_weight: weight }) => {
    if (score_mode === 'concat') return tf.mul(tf.sum(pairs(query, key, scale), -1), weight!)
    const scores = tf.matMul(query, key, false, true)
    return scale ? tf.mul(scores, scale) : scores
  },
)

/** softmax(sum(scale tanh(query + key))) . value (Bahdanau et al., 2015). */
export const additiveAttention = single<SpecOf<'AdditiveAttention'>>(
  ({ use_scale }, features) =>
    use_scale ? [{ name: 'scale', shape: [features], initializer: initializerOf({ type: 'glorot_uniform' }) }] : [],
  (_, query, key, { scale }) => {
    const fits = pairs(query, key)
    return tf.sum(scale ? tf.mul(fits, scale) : fits, -1)
  },
)

// Attention with several heads -----------------------------------------------

type Multiple = SpecOf<'MultiHeadAttention'> | SpecOf<'GroupQueryAttention'>

/** Sizes by which the two layers with several heads differ. */
interface Heads {
  readonly queries: number
  /** Number of key and value heads; smaller than `queries` if several query heads share one. */
  readonly keys: number
  readonly keySize: number
  readonly valueSize: number
  /** Shape of one step of the output. */
  readonly output: Shape
}

/** Dense(softmax(query . key / sqrt(size)) . value) for each head (Vaswani et al., 2017). */
const multiple = <Spec extends Multiple>(
  headsOf: (spec: Spec, query: Shape) => Heads,
  check: (parts: Parts<Shape>, spec: Spec) => void,
  rest: Pick<LayerRule<Spec>, 'takesMasks'> = {},
): LayerRule<Spec> => ({
  arity: ARITY,
  outputShape(spec, inputs) {
    const parts = sequences(inputs, false)
    check(parts, spec)
    return [parts.query[0]!, ...headsOf(spec, parts.query).output]
  },
  weights(spec, inputs) {
    const { query, value, key } = partsOf(inputs)
    const { queries, keys, keySize, valueSize, output } = headsOf(spec, query)
    const dense = (name: string, given: Shape, made: Shape): WeightRequest[] => {
      const kernel: WeightRequest = {
        name: `${name}/kernel`,
        shape: [...given, ...made],
        // Keras' EinsumDense counts all axes of the input, and all of the output
        initializer: withFans(initializerOf(spec.kernel_initializer), { input: sizeOf(given), output: sizeOf(made) }),
        penalty: penaltyOf(spec.kernel_regularizer),
        constraint: projectionOf(spec.kernel_constraint),
      }
      const bias: WeightRequest = {
        name: `${name}/bias`,
        shape: made,
        initializer: initializerOf(spec.bias_initializer),
        penalty: penaltyOf(spec.bias_regularizer),
        constraint: projectionOf(spec.bias_constraint),
      }
      return spec.use_bias ? [kernel, bias] : [kernel]
    }
    return [
      ...dense('query', [query[1]!], [queries, keySize]),
      ...dense('key', [key[1]!], [keys, keySize]),
      ...(spec.use_gate ? dense('gate', [query[1]!], [queries, valueSize]) : []),
      ...dense('value', [value[1]!], [keys, valueSize]),
      ...dense('attention_output', [queries, valueSize], output),
    ]
  },
  noise(spec, inputs) {
    const { query, key } = partsOf(inputs)
    return dropoutNoise(spec.dropout, [headsOf(spec, query).queries, query[0]!, key[0]!])
  },
  regularizesWithin: ({ activity_regularizer }) => activity_regularizer !== null,
  call(spec, inputs, context) {
    const { query, value, key } = partsOf(inputs)
    const { queries, keys, keySize, output: out } = headsOf(spec, query.shape.slice(1))
    const [batch, steps] = query.shape as [number, number]
    const seen = key.shape[1]!
    /** (batch, steps, features) -> (batch, steps, heads, size). */
    const projected = (name: string, x: tf.Tensor): tf.Tensor => {
      const shape = context.weights[`${name}/kernel`]!.shape.slice(1)
      const kernel = tf.reshape(context.weights[`${name}/kernel`]!, [-1, sizeOf(shape)])
      const rows = tf.matMul(tf.reshape(x, [-1, kernel.shape[0]!]), kernel)
      const bias = context.weights[`${name}/bias`]
      const sum = bias ? tf.add(rows, tf.reshape(bias, [-1])) : rows
      return tf.reshape(sum, [batch, x.shape[1]!, ...shape])
    }
    const dense = (name: string, x: tf.Tensor): tf.Tensor => penalized(spec, projected(name, x), context)
    // query heads that share a key head are laid out as further steps: (batch, key heads, steps, size)
    const byHead = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 2, 1, 3])
    const asked = tf.reshape(byHead(dense('query', query)), [batch, keys, (queries / keys) * steps, keySize])
    const products = tf.matMul(asked, byHead(dense('key', key)), false, true)
    const scores = tf.reshape(tf.mul(products, 1 / Math.sqrt(keySize)), [batch, queries, steps, seen])
    const open = openOf(spec, inputs, context.masks)
    const shares = dropped(sharesOf(scores, open, spec.dropout > 0), context.noise)
    const gate = spec.use_gate ? penalized(spec, tf.sigmoid(projected('gate', query)), context) : undefined
    const values = byHead(dense('value', value))
    const mixed = tf.matMul(tf.reshape(shares, [batch, keys, (queries / keys) * steps, seen]), values)
    const together = byHead(tf.reshape(mixed, [batch, queries, steps, values.shape[3]!]))
    const gated = gate ? tf.mul(together, gate) : together
    // the layer's own activity regularizer applies to the output
    const weight = context.weights['attention_output/kernel']!
    const rows = tf.matMul(
      tf.reshape(gated, [batch * steps, -1]),
      tf.reshape(weight, [sizeOf(weight.shape.slice(0, 2)), sizeOf(out)]),
    )
    const bias = context.weights['attention_output/bias']
    return tf.reshape(bias ? tf.add(rows, tf.reshape(bias, [-1])) : rows, [batch, steps, ...out])
  },
  range: anyRange,
  mask: passMask,
  readsMask: 'steps',
  ...rest,
  saved: () => null,
})

/** Applies the activity regularizer to a projection, as Keras does for each (`_get_common_kwargs_for_sublayer`). */
function penalized(
  { activity_regularizer: regularizer }: { readonly activity_regularizer: RegularizerSpec | null },
  x: tf.Tensor,
  context: CallContext,
): tf.Tensor {
  const penalty = penaltyOf(regularizer)
  if (penalty) context.addLoss(tf.div(penalty(x), x.shape[0]!))
  return x
}

/**
 * Combines all masks. `numbers` is (batch or 1, 1, steps of the query or 1, steps of the keys): 1 where a step may
 * attend, else 0. `always` is true if every step may attend at least to itself. Returns null if there is no mask.
 */
function openOf(
  spec: Multiple,
  inputs: readonly tf.Tensor[],
  given: CallContext['masks'],
): { readonly numbers: tf.Tensor; readonly always: boolean } | null {
  const { query, key } = partsOf(inputs)
  const masks = partsOf(maskOfEach(inputs, given))
  const looking = spec.use_causal_mask ? causal(query.shape[1]!, key.shape[1]!) : undefined
  const near = spec.sliding_window === null ? undefined : band(query.shape[1]!, key.shape[1]!, spec.sliding_window)
  const own = inputs.length > 2 ? asNumbers(masks.key, 1) : undefined
  const open = product([asNumbers(masks.query, 2), asNumbers(masks.value, 1), own, looking, near])
  if (!open) return null
  const padded = [masks.query, masks.value, masks.key].some((mask) => mask !== undefined)
  return { numbers: tf.expandDims(open, 1), always: !padded && near === undefined }
}

/** (1, steps of the query, steps of the keys): 1 where steps are less than `window` apart, else 0. */
const band = (queries: number, keys: number, window: number): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: queries * keys }, (_, index) =>
      Math.abs(Math.floor(index / keys) - (index % keys)) < window ? 1 : 0,
    ),
    [1, queries, keys],
  )

/**
 * Softmax over the steps that a step may attend to. If it may attend to none, it attends to all equally; in a layer
 * with dropout, to none, because Keras uses another function there.
 */
function sharesOf(scores: tf.Tensor, open: ReturnType<typeof openOf>, dropping: boolean): tf.Tensor {
  if (!open) return tf.softmax(scores)
  const { numbers, always } = open
  // every row has an open score, so masked scores need not be made equal
  if (always) return tf.softmax(tf.add(scores, shut(numbers)))
  const shares = tf.softmax(tf.add(tf.mul(scores, numbers), shut(numbers)))
  return dropping ? tf.mul(shares, numbers) : shares
}

/** Keras deletes the masks of its inputs (multi_head_attention.py, `call`), so a residual sum has no mask. */
export const multiHeadAttention = multiple<SpecOf<'MultiHeadAttention'>>(
  ({ num_heads, key_dim, value_dim, output_shape }, query) => ({
    queries: num_heads,
    keys: num_heads,
    keySize: key_dim,
    valueSize: value_dim ?? key_dim,
    output: output_shape === null ? [query[1]!] : typeof output_shape === 'number' ? [output_shape] : output_shape,
  }),
  () => {},
  { takesMasks: true },
)

/** Grouped-query attention (Ainslie et al., 2023). */
export const groupQueryAttention = multiple<SpecOf<'GroupQueryAttention'>>(
  ({ num_query_heads, num_key_value_heads, head_dim }, query) => ({
    queries: num_query_heads,
    keys: num_key_value_heads,
    keySize: head_dim,
    valueSize: head_dim,
    output: [query[1]!],
  }),
  ({ query, value }, { num_query_heads: queries, num_key_value_heads: keys }) => {
    if (queries % keys !== 0) {
      throw new ShapeProblem(
        `has ${queries} query heads, which is not a multiple of its ${keys} heads of keys and values`,
      )
    }
    if (query[1] !== value[1]) {
      throw new ShapeProblem(
        `needs as many features in its query as in its values, found ${formatShapes([query, value])}`,
      )
    }
  },
)
