/** What augmentations do to pictures of validation and test, as Keras' layers do at inference. */
import type { Field, Numbers } from '../../base/field.js'
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
  return {
    column: (given: Field) => augmentedField(given, layers),
    apply(values: Numbers, given: Field) {
      const shape = pictureShapeOf(given)
      return ofPictures(values, sizeOf(shape), sizeOf(augmentedField(given, layers).shape), Float32Array, (from) =>
        inferred(pictureAt(values, from, shape, given.divisor), layers),
      )
    },
  }
}

/** The same for the masks of these pictures, whose numbers keep their type. */
export function maskAtInference(specs: readonly AugmentationSpec[]): Step<null> {
  const layers = specs.map(augmentationOf)
  return {
    column: (given: Field) => augmentedMask(given, layers),
    apply(values: Numbers, given: Field) {
      const shape = pictureShapeOf(given)
      const kind = values.constructor as typeof Float32Array
      return ofPictures(values, sizeOf(shape), sizeOf(augmentedMask(given, layers).shape), kind, (from) =>
        inferredMask(pictureAt(values, from, shape, 1), layers),
      )
    },
  }
}

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

/** Makes a picture of each row. */
function ofPictures(
  values: Numbers,
  width: number,
  newWidth: number,
  kind: typeof Float32Array,
  make: (from: number) => Picture,
): Numbers {
  const count = values.length / width
  const made = new kind(count * newWidth)
  for (let row = 0; row < count; row++) made.set(make(row * width).values, row * newWidth)
  return made
}
