/** `Resizing` and `CenterCrop` (keras/src/layers/preprocessing/image_preprocessing). */
import type { Field, Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import type { Interpolation } from '../../spec/interpolations.js'
import type { StepOf } from '../../spec/steps.js'
import { pictureShapeOf } from '../augment/picture-field.js'
import { cut, resize, type Size } from '../pictures/resize.js'
import { numbersOf } from './numbers.js'
import type { Step } from './step.js'

/** Resizes pictures (resizing.py). */
export function resizing({ height, width, ...settings }: StepOf<'Resizing'>): Step<null> {
  const size: Size = [height, width]
  const column = (given: Field) => resizedField(given, size, settings.interpolation, 'Resizing')
  return {
    column,
    apply(values: Numbers, given: Field) {
      const shape = pictureShapeOf(given, 'Resizing')
      const made = new Float32Array((values.length / sizeOf(given.shape)) * sizeOf(column(given).shape))
      return eachRow(numbersOf(values, given), given, made, (picture) => resize(picture, shape, size, settings))
    },
  }
}

/** Cuts out the middle. A picture that is too small is resized first (center_crop.py). */
export function centerCrop({ height, width }: StepOf<'CenterCrop'>): Step<null> {
  const size: Size = [height, width]
  const isSmall = ({ shape }: Field) => shape[0]! < height || shape[1]! < width
  const settings = { interpolation: 'bilinear', crop_to_aspect_ratio: true } as const
  const column = (given: Field): Field => {
    const resized = resizedField(given, size, settings.interpolation, 'CenterCrop')
    return isSmall(given) ? resized : { ...given, shape: resized.shape }
  }
  return {
    column,
    apply(values: Numbers, given: Field) {
      const shape = pictureShapeOf(given, 'CenterCrop')
      const length = (values.length / sizeOf(given.shape)) * sizeOf(column(given).shape)
      if (isSmall(given)) {
        const made = new Float32Array(length)
        return eachRow(numbersOf(values, given), given, made, (picture) => resize(picture, shape, size, settings))
      }
      const [top, left] = [Math.floor((shape[0] - height) / 2), Math.floor((shape[1] - width) / 2)]
      return eachRow(values, given, values.slice(0, length), (picture) =>
        cut(picture, shape, { top, left, height, width }),
      )
    },
  }
}

/** Kernels whose results lie between the values that they are made of. */
const WITHIN: readonly Interpolation[] = ['bilinear', 'nearest', 'area', 'gaussian']

function resizedField(given: Field, size: Size, interpolation: Interpolation, step: string): Field {
  const channels = pictureShapeOf(given, step)[2]
  const isGrey = given.values !== 'real' && given.values !== 'class' && WITHIN.includes(interpolation)
  return {
    shape: given.shape.length === 2 ? [...size] : [...size, channels],
    dtype: 'float32',
    divisor: 1,
    values: isGrey ? 'grey' : 'real',
  }
}

/** Writes the result of each row into `made`, and returns it. */
function eachRow<Made extends Numbers>(
  values: Numbers,
  { shape }: Field,
  made: Made,
  of: (row: Numbers) => Numbers,
): Made {
  const width = sizeOf(shape)
  for (let from = 0, to = 0; from < values.length; from += width) {
    const row = of(values.subarray(from, from + width))
    made.set(row, to)
    to += row.length
  }
  return made
}
