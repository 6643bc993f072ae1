/** Writes the steps that take numbers and give numbers. Their formulas are those of `data/steps`. */
import type { Field } from '../../../base/field.js'
import { sizeOf } from '../../../base/shape.js'
import { featuresOf } from '../../../data/steps/feature-wise.js'
import type { Extremes } from '../../../data/steps/min-max.js'
import type { Moments } from '../../../data/steps/moments.js'
import { groupsOf, LEAST_DEVIATION, momentsOf } from '../../../data/steps/normalization.js'
import { alongLastAxis } from '../../../data/steps/numbers.js'
import { IMAGE_EPSILON } from '../../../data/steps/sample-wise.js'
import { matrixOf, type Whitening } from '../../../data/steps/zca-whitening.js'
import type { OnnxBuilder } from '../../../engine/compiled/onnx/builder.js'
import type { ChainStep } from '../../../spec/steps.js'
import { cast, type Given, NotInOnnx, reshaped } from './value.js'

type Spec<Type extends ChainStep['type']> = Extract<ChainStep, { readonly type: Type }>
type Numbers = Given<Field>
type PerElement = (element: number) => number

/** Computes in float64, as the steps do, with a constant for each element of a row, and rounds the result. */
function precisely(build: OnnxBuilder, { name, column }: Numbers, of: (x: string, math: Arithmetic) => string): string {
  const all = (numbers: PerElement) => {
    const values = Float64Array.from({ length: sizeOf(column.shape) }, (_, element) => numbers(element))
    const even = values.every((value) => value === values[0])
    return build.constant('float64', even ? [] : column.shape, even ? values.slice(0, 1) : values)
  }
  const arithmetic: Arithmetic = {
    add: (x, numbers) => build.op('Add', [x, all(numbers)]),
    sub: (x, numbers) => build.op('Sub', [x, all(numbers)]),
    mul: (x, numbers) => build.op('Mul', [x, all(numbers)]),
    div: (x, numbers) => build.op('Div', [x, all(numbers)]),
  }
  return cast(build, of(cast(build, name, 'float64'), arithmetic), 'float32')
}

type Arithmetic = Readonly<Record<'add' | 'sub' | 'mul' | 'div', (x: string, numbers: PerElement) => string>>

export function normalization(build: OnnxBuilder, spec: Spec<'Normalization'>, given: Numbers, learnt: Moments | null) {
  const { of } = groupsOf(given.column, spec.axis)
  const { means, variances } = momentsOf(spec, given.column, learnt)
  const mean: PerElement = (element) => means[of[element]!]!
  const deviation: PerElement = (element) => Math.max(Math.sqrt(variances[of[element]!]!), LEAST_DEVIATION)
  return precisely(build, given, (x, { add, sub, mul, div }) =>
    spec.invert ? add(mul(x, deviation), mean) : div(sub(x, mean), deviation),
  )
}

export const rescaling = (
  build: OnnxBuilder,
  { scale, offset }: Pick<Spec<'Rescaling'>, 'scale' | 'offset'>,
  given: Numbers,
) =>
  precisely(build, given, (x, { add, mul }) =>
    add(mul(x, alongLastAxis(scale, given.column, 'scale')), alongLastAxis(offset, given.column, 'offset')),
  )

export const minMax = (
  build: OnnxBuilder,
  { feature_range }: Spec<'MinMax'>,
  given: Numbers,
  { least, largest }: Extremes,
) => {
  const [lower, upper] = feature_range as [number, number]
  return precisely(build, given, (x, { add, sub, mul }) => {
    const above = sub(x, (element) => least[element]!)
    return add(
      mul(above, (element) => (upper - lower) / (largest[element]! - least[element]! || 1)),
      () => lower,
    )
  })
}

export const log = (build: OnnxBuilder, { offset }: Spec<'Log'>, given: Numbers) =>
  precisely(build, given, (x, { add }) => build.op('Log', [add(x, () => offset)]))

/** Learned of stored values, which are the numbers times their divisor. */
export const standardize = (build: OnnxBuilder, _spec: unknown, given: Numbers, { means, variances }: Moments) =>
  precisely(build, given, (x, { sub, mul }) =>
    mul(
      sub(
        mul(x, () => given.column.divisor),
        (element) => means[element]!,
      ),
      (element) => (variances[element]! > 0 ? 1 / Math.sqrt(variances[element]!) : 0),
    ),
  )

/** Subtracts the mean of each feature, divides by its deviation, or both. */
export const featurewise =
  ({ center, scale }: { readonly center: boolean; readonly scale: boolean }) =>
  (build: OnnxBuilder, _spec: unknown, given: Numbers, { means, variances }: Moments) => {
    const { of } = featuresOf(given.column)
    return precisely(build, given, (x, { sub, div }) => {
      const centered = center ? sub(x, (element) => means[of[element]!]!) : x
      return scale ? div(centered, (element) => Math.sqrt(variances[of[element]!]!) + IMAGE_EPSILON) : centered
    })
  }

/** The same for each row by itself. */
export const samplewise =
  ({ center, scale }: { readonly center: boolean; readonly scale: boolean }) =>
  (build: OnnxBuilder, _spec: unknown, given: Numbers) => {
    const axes = () => build.ints(given.column.shape.map((_, axis) => axis + 1))
    const mean = (x: string) => build.op('ReduceMean', [x, axes()], { keepdims: 1 })
    return precisely(build, given, (x, { add }) => {
      const difference = build.op('Sub', [x, mean(x)])
      if (!scale) return difference
      const deviation = build.op('Sqrt', [mean(build.op('Mul', [difference, difference]))])
      return build.op('Div', [center ? difference : x, add(deviation, () => IMAGE_EPSILON)])
    })
  }

export function whitening(build: OnnxBuilder, _spec: unknown, given: Numbers, { means, matrix }: Whitening): string {
  const { of } = featuresOf(given.column)
  const width = sizeOf(given.column.shape)
  const turned = precisely(build, given, (x, { sub }) => {
    const centered = reshaped(
      build,
      sub(x, (element) => means[of[element]!]!),
      [width],
    )
    return build.op('MatMul', [
      centered,
      build.constant('float64', [width, width], Float64Array.from(matrixOf(matrix))),
    ])
  })
  return reshaped(build, turned, given.column.shape)
}

/** The standardization of `ImageDataGenerator` (`data/augment/generator-step.ts`). */
export function generator(build: OnnxBuilder, spec: Spec<'ImageDataGenerator'>, given: Numbers, learnt: never): string {
  const real: Field = { ...given.column, dtype: 'float32', divisor: 1, values: 'real' }
  const then = (name: string): Numbers => ({ name, column: real })
  const { samplewise_center: center, samplewise_std_normalization: scale } = spec
  let now = given
  if (spec.rescale) now = then(rescaling(build, { scale: spec.rescale, offset: 0 }, now))
  // one after the other: scaling takes the deviation of what is centered
  if (center || scale) now = then(samplewise({ center: true, scale: false })(build, null, now))
  if (scale) now = then(samplewise({ center: false, scale: true })(build, null, now))
  if (spec.zca_whitening) return whitening(build, null, now, learnt)
  const { featurewise_center, featurewise_std_normalization } = spec
  if (!featurewise_center && !featurewise_std_normalization) return now.name
  return featurewise({ center: true, scale: featurewise_std_normalization })(build, null, now, learnt)
}

export function binarize(build: OnnxBuilder, { method }: Spec<'Binarize'>, { name }: Numbers): string | NotInOnnx {
  if (method === 'probability') return name
  if (method !== 'threshold') return new NotInOnnx(`draws at random with method "${method}"`)
  const half = build.constant('float32', [], Float32Array.of(0.5))
  return cast(build, build.op('GreaterOrEqual', [name, half]), 'float32')
}

export const flatten = (build: OnnxBuilder, _spec: unknown, { name, column }: Numbers): string =>
  reshaped(build, name, [sizeOf(column.shape)])

export function centerCrop(build: OnnxBuilder, { height, width }: Spec<'CenterCrop'>, { name, column }: Numbers) {
  const [rows, columns] = column.shape as [number, number]
  if (rows < height || columns < width) return new NotInOnnx('resizes pictures that are smaller')
  const [top, left] = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)]
  return build.op('Slice', [
    name,
    build.ints([top, left]),
    build.ints([top + height, left + width]),
    build.ints([1, 2]),
  ])
}
