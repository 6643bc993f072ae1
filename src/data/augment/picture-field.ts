/** The fields of pictures before and after augmentation. */
import type { Field, Numbers } from '../../base/field.js'
import { formatShape, type Shape } from '../../base/shape.js'
import { StepProblem } from '../steps/problem.js'
import type { Augmentation, Mixing, Picture, PictureShape } from './augmentation.js'
import { zeros } from './scratch.js'

export type AugmentLayer = Augmentation | Mixing

export const isMixing = (layer: AugmentLayer): layer is Mixing => 'mix' in layer

/** Height, width and channels of a field, for a layer or a field of the spec; one without channels has one of them. */
export function pictureShapeOf({ shape }: Field, taker = 'augment'): PictureShape {
  const [height, width, channels = 1, ...more] = shape
  if (height !== undefined && width !== undefined && more.length === 0) return [height, width, channels]
  throw new StepProblem(
    `found rows ${formatShape([null, ...shape])}, must be (None, height, width) or (None, height, width, channels) for "${taker}"`,
  )
}

/** The field that layers make of another: float32, with the same meaning as far as they keep it. */
export const augmentedField = (given: Field, layers: readonly AugmentLayer[]): Field => ({
  shape: shapeAfter(given, layers),
  dtype: 'float32',
  divisor: 1,
  values: given.values === 'real' || given.values === 'class' ? 'real' : 'grey',
})

/** The same for masks, whose numbers stay what they are. */
export const augmentedMask = (given: Field, layers: readonly AugmentLayer[]): Field => ({
  ...given,
  shape: shapeAfter(given, layers.filter(movesMasks)),
})

/** True if masks move with the pictures that the layer changes. */
export const movesMasks = (layer: AugmentLayer): boolean => !isMixing(layer) && layer.applyToMask !== undefined

function shapeAfter(given: Field, layers: readonly AugmentLayer[]): Shape {
  const [height, width, channels] = layers.reduce(
    (shape, layer) => (isMixing(layer) ? shape : layer.shape(shape)),
    pictureShapeOf(given),
  )
  return given.shape.length === 2 ? [height, width] : [height, width, channels]
}

/** Copies a picture of a field from stored values: `stored / divisor`. */
export function pictureAt(stored: Numbers, from: number, shape: PictureShape, divisor: number): Picture {
  const values = zeros(shape[0] * shape[1] * shape[2])
  if (divisor === 1) values.set(stored.subarray(from, from + values.length))
  else for (let at = 0; at < values.length; at++) values[at] = stored[from + at]! / divisor
  return { shape, values }
}
