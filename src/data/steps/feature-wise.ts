/**
 * Centers and scales features by training rows: `featurewise_center` and `featurewise_std_normalization` of Keras'
 * ImageDataGenerator (keras/src/legacy/preprocessing/image.py, `fit`). A feature is a channel of an image.
 */
import type { Field, Numbers } from '../../base/field.js'
import { type Groups, groupsAlong, learningMoments, type Moments } from './moments.js'
import { mapped, realField } from './numbers.js'
import { IMAGE_EPSILON } from './sample-wise.js'
import type { Step } from './step.js'

/** A channel of an image, all of an image without channels, or an element of a vector. */
export const featuresOf = (given: Field): Groups => groupsAlong(given, given.shape.length === 2 ? [] : lastAxis(given))

const lastAxis = ({ shape }: Field): readonly number[] => (shape.length === 0 ? [] : [shape.length - 1])

const ofFeatures = (of: (value: number, mean: number, deviation: number) => number): Step<Moments> => ({
  column: ({ shape }: Field) => realField(shape),
  learning: (given: Field) => learningMoments(given, featuresOf(given)),
  apply(values: Numbers, given: Field, { means, variances }, at) {
    const features = featuresOf(given).of
    const deviations = variances.map(Math.sqrt)
    return mapped(values, given, at, (value, element) => {
      const feature = features[element]!
      return of(value, means[feature]!, deviations[feature]!)
    })
  },
})

export const featurewiseCenter = ofFeatures((value, mean) => value - mean)

export const featurewiseStd = ofFeatures((value, _mean, deviation) => value / (deviation + IMAGE_EPSILON))

/** The one after the other. Keras learns both from the same values. */
export const featurewiseCenterAndStd = ofFeatures(
  (value, mean, deviation) => (value - mean) / (deviation + IMAGE_EPSILON),
)
