/** Changes pictures of validation and test, as Keras' layers do at inference. */
import { ARRAYS, type Field, type Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import type { AugmentationSpec } from '../../spec/augmentation.js'
import type { Step } from '../steps/step.js'
import type { Picture } from './augmentation.js'
import {
  type AugmentLayer,
  augmentedField,
  augmentedMask,
  isMixing,
  pictureAt,
  pictureShapeOf,
} from './picture-field.js'
import { augmentationOf } from './registry.js'

/** A step that makes pictures of the form that training rows have after augmentation. */
export function atInference(specs: readonly AugmentationSpec[]): Step<null> {
  const layers = specs.map(augmentationOf)
  return ofEach(
    (given) => augmentedField(given, layers),
    (picture) => inferred(picture, layers),
  )
}

/** The same for the masks of these pictures, whose numbers keep their type. */
export function maskAtInference(specs: readonly AugmentationSpec[]): Step<null> {
  const layers = specs.map(augmentationOf)
  return ofEach(
    (given) => augmentedMask(given, layers),
    (mask) => inferredMask(mask, layers),
  )
}

/** A step that changes each picture by itself. */
const ofEach = (fieldOf: (given: Field) => Field, change: (picture: Picture) => Picture): Step<null> => ({
  column: fieldOf,
  apply(values: Numbers, given: Field) {
    const field = fieldOf(given)
    const shape = pictureShapeOf(given)
    const [width, newWidth] = [sizeOf(shape), sizeOf(field.shape)]
    const count = values.length / width
    const made = new ARRAYS[field.dtype](count * newWidth)
    for (let row = 0; row < count; row++) {
      const picture = pictureAt(values, row * width, shape, given.divisor / field.divisor)
      made.set(change(picture).values, row * newWidth)
    }
    return made
  },
})

export function inferred(picture: Picture, layers: readonly AugmentLayer[]): Picture {
  return layers.reduce(
    (one, layer) => (isMixing(layer) || !layer.inference ? one : layer.apply(one, layer.inference(one.shape))),
    picture,
  )
}

export function inferredMask(mask: Picture, layers: readonly AugmentLayer[]): Picture {
  return layers.reduce(
    (one, layer) =>
      isMixing(layer) || !layer.inference || !layer.applyToMask
        ? one
        : layer.applyToMask(one, layer.inference(one.shape)),
    mask,
  )
}
