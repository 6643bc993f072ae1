/**
 * The standardization of Keras' ImageDataGenerator (keras/src/legacy/preprocessing/image.py, `standardize` and `fit`):
 * rescale; then the picture's own mean and deviation; then those of the training rows, or ZCA whitening. What is learned
 * of training rows is learned after the first of the three alone.
 */
import type { Field, Numbers } from '../../base/field.js'
import type { Json } from '../../base/json.js'
import { PURPOSE, RandomStream } from '../../base/philox.js'
import { sizeOf } from '../../base/shape.js'
import type { GeneratorSpec } from '../../spec/augmentation/generator.js'
import { featurewiseCenter, featurewiseCenterAndStd } from '../steps/feature-wise.js'
import { rescaling } from '../steps/rescaling.js'
import { samplewiseCenter, samplewiseStd } from '../steps/sample-wise.js'
import type { Learning, RowOf, Step } from '../steps/step.js'
import { zcaWhitening } from '../steps/zca-whitening.js'
import { imageDataGenerator } from './image-data-generator.js'
import { pictureAt, pictureShapeOf } from './picture-field.js'

export function generatorStep(spec: GeneratorSpec, seed: number): Step {
  const first = spec.rescale ? [rescaling({ scale: spec.rescale, offset: 0 })] : []
  const own = [
    ...(spec.samplewise_center || spec.samplewise_std_normalization ? [samplewiseCenter] : []),
    ...(spec.samplewise_std_normalization ? [samplewiseStd] : []),
  ]
  const learned = learnedStep(spec)
  return {
    ...(learned && {
      learning(given: Field) {
        checkPictures(given)
        const { column } = after(first, given)
        const learning = learned.learning!(column) as Learning<Json>
        const changed = spec.fit.augment ? changing(spec, seed) : (values: Numbers) => values
        return {
          see: (values: Numbers, rowOf) =>
            learning.see!(changed(after(first, given, values).values, column, rowOf), (index) =>
              rowOf(Math.floor(index / (spec.fit.augment ? spec.fit.rounds : 1))),
            ),
          end: () => learning.end(),
        }
      },
    }),
    column(given: Field, learnt) {
      checkPictures(given)
      const { column } = after([...first, ...own], given)
      return learned ? learned.column(column, learnt) : column
    },
    apply(values: Numbers, given: Field, learnt, at) {
      const ready = after([...first, ...own], given, values)
      return learned ? learned.apply(ready.values, ready.column, learnt, at) : ready.values
    },
  }
}

/** Throws a StepProblem for rows that are no pictures. */
const checkPictures = (given: Field): void => void pictureShapeOf(given)

/** Whitening centers too, and takes the place of the division by deviations. */
function learnedStep(spec: GeneratorSpec): Step | undefined {
  if (spec.zca_whitening) return zcaWhitening(spec.zca_epsilon) as Step
  if (spec.featurewise_std_normalization) return featurewiseCenterAndStd as Step
  return spec.featurewise_center ? (featurewiseCenter as Step) : undefined
}

const NO_VALUES = new Float32Array()

/** The column and some values after steps that learn nothing. */
function after(steps: readonly Step<null>[], given: Field, values: Numbers = NO_VALUES) {
  let now = { column: given, values }
  for (const step of steps) {
    now = {
      column: step.column(now.column, null) as Field,
      values: step.apply(now.values, now.column, null, { source: 0, chain: 0, row: 0 }) as Numbers,
    }
  }
  return now
}

/** Returns a function that changes each of some pictures at random, as often as `fit` says. */
function changing(spec: GeneratorSpec, seed: number) {
  const { draw, apply } = imageDataGenerator(spec)
  const { rounds } = spec.fit
  return (values: Numbers, given: Field, rowOf: RowOf): Float32Array => {
    const shape = pictureShapeOf(given)
    const width = sizeOf(shape)
    const made = new Float32Array(values.length * rounds)
    for (let from = 0, to = 0; from < values.length; from += width) {
      const picture = pictureAt(values, from, shape, given.divisor)
      const row = rowOf(from / width)
      for (let round = 0; round < rounds; round++, to += width) {
        const random = new RandomStream({ seed: spec.seed ?? seed, purpose: PURPOSE.fit, stream: row, step: round })
        made.set(apply(picture, draw(random, shape)).values, to)
      }
    }
    return made
  }
}
