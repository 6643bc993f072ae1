/**
 * SpectralNormalization (keras/src/layers/normalization/spectral_normalization.py; Miyato et al., 2018): before each
 * training step it divides the kernel of a layer by its largest singular value.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { RegularizerSpec } from '../../spec/regularizers.js'
import type { LayerSpec } from '../../spec/spec.js'
import { ACTIVATION_FUNCTIONS } from '../activations.js'
import { initializerOf } from '../initializers.js'
import { penaltyOf } from '../regularizers.js'
import { withoutGradient } from '../without-gradient.js'
import { rangeOf, regularizesActivity } from './apply.js'
import type { CallContext, LayerRule, SpecOf } from './layer.js'
import { contextWithin, factsWithin, type RuleOf, weightsWithin } from './wrappers.js'

type Spec = SpecOf<'SpectralNormalization'>

/** Running estimate of the left singular vector of the largest singular value. */
const VECTOR = 'vector_u'

export const spectralNormalization = (ruleOf: RuleOf): LayerRule<Spec> => {
  const withRule = (spec: Spec) => {
    const layer = spec.layer as LayerSpec
    return { layer, rule: ruleOf(layer) }
  }
  return {
    outputShape(spec, inputs) {
      const { layer, rule } = withRule(spec)
      return rule.outputShape(layer, inputs)
    },
    weights(spec, inputs) {
      const all = weightsWithin(ruleOf, spec.layer as LayerSpec, inputs)
      const { shape } = all.find(({ name }) => name === kernelOf(spec))!
      const initializer = initializerOf({ type: 'truncated_normal', mean: 0, stddev: 0.02 })
      return [...all, { name: VECTOR, shape: [1, shape.at(-1)!], initializer, trainable: false }]
    },
    call(spec, inputs, context) {
      const { layer, rule } = withRule(spec)
      const own = contextWithin(changed(spec, context), layer.name)
      const value = rule.call(layer, inputs, own)
      const penalty = 'activity_regularizer' in layer && penaltyOf(layer.activity_regularizer as RegularizerSpec | null)
      if (penalty) {
        const shapes = inputs.map(({ shape }) => shape.slice(1))
        const activation = rule.activation?.(layer, own.masks, shapes) ?? 'linear'
        context.addLoss(tf.div(penalty(ACTIVATION_FUNCTIONS[activation].apply(value)), value.shape[0]!))
      }
      return value
    },
    activation(spec, masks, inputs) {
      const { layer, rule } = withRule(spec)
      return rule.activation?.(layer, masks, inputs) ?? 'linear'
    },
    ...factsWithin(withRule),
    regularizesWithin(spec) {
      const { layer, rule } = withRule(spec)
      return regularizesActivity(rule, layer)
    },
    range(spec, inputs, shapes) {
      const { layer, rule } = withRule(spec)
      return rangeOf(rule, layer, inputs, shapes)
    },
    saved: () => null,
  }
}

/** Name of the weight that is normalized: `dense/kernel`. */
const kernelOf = ({ layer }: Spec): string => `${layer.name}/${layer.type === 'Embedding' ? 'embeddings' : 'kernel'}`

/**
 * In training, replaces the kernel by its normalized value for this step, and from then on: the optimizer updates the
 * normalized kernel, with its gradient, as Keras on TensorFlow does. (Keras on JAX leaves the kernel itself as it is.)
 */
function changed(spec: Spec, context: CallContext): CallContext {
  const isFrozen = !spec.trainable || (spec.layer as { readonly trainable?: boolean }).trainable === false
  if (!context.training || isFrozen) return context
  const name = kernelOf(spec)
  const { kernel, vector } = normalized(context.weights[name]!, context.weights[VECTOR]!, spec.power_iterations)
  context.update(VECTOR, vector)
  context.update(name, kernel)
  return { ...context, weights: { ...context.weights, [name]: kernel } }
}

/** The kernel divided by its largest singular value, found by power iteration. A kernel of zeros stays as it is. */
function normalized(given: tf.Tensor, from: tf.Tensor, iterations: number) {
  const matrix = tf.reshape(
    withoutGradient(() => tf.clone(given)),
    [-1, given.shape.at(-1)!],
  ) as tf.Tensor2D
  const isZero = withoutGradient(() => tf.all(tf.equal(matrix, 0)))
  const { vector, sigma } = powerIterated(matrix, from as tf.Tensor2D, iterations)
  const kernel = tf.customGrad((...values) => {
    const [kernel] = values as [tf.Tensor]
    const divided = tf.div(kernel, tf.where(isZero, tf.onesLike(sigma), sigma))
    return { value: divided, gradFunc: (dy: tf.Tensor) => dy }
  })(given)
  return { kernel, vector: tf.where(isZero, from, vector) }
}

/** `vector` (1, columns) after so many iterations; `sigma`, a scalar, is the singular value. Neither has a gradient. */
function powerIterated(matrix: tf.Tensor2D, from: tf.Tensor2D, iterations: number) {
  let u = from
  let v = from
  for (let index = 0; index < iterations; index++) {
    v = unit(tf.matMul(u, matrix, false, true))
    u = unit(tf.matMul(v, matrix))
  }
  const sigma = tf.matMul(tf.matMul(v, matrix), u, false, true)
  return { vector: u, sigma: tf.reshape(sigma, []) }
}

/** x divided by its length, but at most by 1e-7 (keras/src/ops/nn.py, `normalize`). */
const unit = (x: tf.Tensor2D): tf.Tensor2D => tf.mul(x, tf.minimum(tf.rsqrt(tf.sum(tf.square(x))), 1e7)) as tf.Tensor2D
