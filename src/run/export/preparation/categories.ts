/** Writes the steps that give values the numbers of categories. Their rules are those of `data/steps`. */
import type { Field } from '../../../base/field.js'
import { type Column, isField } from '../../../data/column.js'
import { DROPPED, type Encoding } from '../../../data/steps/encode.js'
import { lookupOf } from '../../../data/steps/index-lookup.js'
import type { Vocabulary } from '../../../data/steps/vocabulary.js'
import type { OnnxBuilder } from '../../../engine/compiled/onnx/builder.js'
import type { StepOf } from '../../../spec/steps.js'
import { cast, type Given, NotInOnnx, reshaped } from './value.js'

/** Domain of the operators that look up texts. */
const ML = 'ai.onnx.ml'

const floats = (build: OnnxBuilder, numbers: readonly number[]): string =>
  build.constant('float32', [numbers.length], Float32Array.from(numbers))

const int64 = (build: OnnxBuilder, number: number): string =>
  build.constant('int64', [], BigInt64Array.of(BigInt(number)))

/** Encodes numbers of categories, float32, with the shape of their column. */
function encoded(build: OnnxBuilder, name: string, given: Column, { mode, depth, weights }: Encoding): string {
  const shape = isField(given) ? given.shape : [1]
  if (mode === 'int') return reshaped(build, name, shape)
  const values = mode === 'one_hot' && shape.at(-1) === 1 ? shape.slice(0, -1) : shape
  const all = floats(build, [...Array(depth).keys()])
  const ones = cast(build, build.op('Equal', [reshaped(build, name, [...values, 1]), all]), 'float32')
  if (mode === 'one_hot') return ones
  // the values of a row together; a row that is a single number has one
  const rows = reshaped(build, ones, [shape[0] ?? 1, depth])
  const axes = build.ints([1])
  if (mode === 'multi_hot') return build.op('ReduceMax', [rows, axes], { keepdims: 0 })
  const counts = build.op('ReduceSum', [rows, axes], { keepdims: 0 })
  return weights ? build.op('Mul', [counts, floats(build, weights)]) : counts
}

export function stringLookup(
  build: OnnxBuilder,
  spec: StepOf<'StringLookup'>,
  { name, column }: Given,
  learnt: Vocabulary | null,
): string | NotInOnnx {
  const { places, outside, encoding } = lookupOf(spec, learnt)
  const refused = unseen(spec.num_oov_indices)
  if (refused) return refused
  // a gap is an empty text
  const texts = new Map([...places].map(([token, place]) => [token === null ? '' : String(token), place]))
  const numbers = build.op(
    'LabelEncoder',
    [name],
    { keys_strings: { texts: [...texts.keys()] }, values_int64s: [...texts.values()], default_int64: outside },
    ML,
  )
  return encoded(build, cast(build, numbers, 'float32'), column, encoding)
}

export function integerLookup(
  build: OnnxBuilder,
  spec: StepOf<'IntegerLookup'>,
  { name, column }: Given,
  learnt: Vocabulary | null,
): string | NotInOnnx {
  const { places, outside, encoding } = lookupOf(spec, learnt)
  const { num_oov_indices: count, oov_method } = spec
  const refused = unseen(count, oov_method === 'floormod' ? Number.POSITIVE_INFINITY : 1)
  if (refused) return refused
  const isGap = build.op('IsNaN', [name])
  const zero = build.constant(
    isField(column) ? 'float32' : 'float64',
    [],
    isField(column) ? Float32Array.of(0) : Float64Array.of(0),
  )
  const whole = cast(build, build.op('Where', [isGap, zero, name]), 'int64')
  const known = [...places].filter((one): one is [number, number] => typeof one[0] === 'number')
  const numbers = build.op(
    'LabelEncoder',
    [whole],
    {
      keys_int64s: known.map(([token]) => token),
      values_int64s: known.map(([, place]) => place),
      default_int64: OUTSIDE,
    },
    ML,
  )
  const rest =
    count === 1
      ? int64(build, outside)
      : build.op('Add', [build.op('Mod', [whole, int64(build, count)]), int64(build, outside)])
  const isOutside = build.op('Equal', [numbers, int64(build, OUTSIDE)])
  const found = build.op('Where', [isOutside, rest, numbers])
  const withGaps = build.op('Where', [isGap, int64(build, places.get(null) ?? outside), found])
  return encoded(build, cast(build, withGaps, 'float32'), column, encoding)
}

/** Stands for a number outside of the vocabulary; no place and no dropped value has it. */
const OUTSIDE = DROPPED - 1

/** Returns why values outside of a vocabulary cannot have their places; undefined if they can. */
function unseen(count: number, most = 1): NotInOnnx | undefined {
  if (count === 0) return new NotInOnnx('refuses values that it has not seen, and ONNX cannot raise an error')
  if (count > most) return new NotInOnnx('chooses places for values that it has not seen by a hash')
  return undefined
}

/** A number that is none of a category has no 1, as in Keras. */
export const categoryEncoding = (
  build: OnnxBuilder,
  { num_tokens: depth, output_mode: mode }: StepOf<'CategoryEncoding'>,
  { name, column }: Given,
) => encoded(build, isField(column) ? name : cast(build, name, 'float32'), column, { mode, depth })

/** The number of boundaries that are not above a value. */
export function discretization(
  build: OnnxBuilder,
  { bin_boundaries, num_bins, output_mode: mode }: StepOf<'Discretization'>,
  { name, column }: Given<Field>,
  learnt: { readonly boundaries: readonly number[] } | null,
) {
  const boundaries = bin_boundaries ?? learnt!.boundaries
  const depth = bin_boundaries === null ? num_bins! : boundaries.length + 1
  const values = reshaped(build, name, [...column.shape, 1])
  const reached = cast(build, build.op('GreaterOrEqual', [values, floats(build, boundaries)]), 'float32')
  const bins = build.op('ReduceSum', [reached, build.ints([-1])], { keepdims: 0 })
  return encoded(build, bins, column, { mode, depth })
}

export function fillMissing(
  build: OnnxBuilder,
  { strategy, value }: Pick<StepOf<'FillMissing'>, 'strategy' | 'value'>,
  { name, column }: Given,
  learnt: { readonly fills: readonly (string | number)[] } | null,
): string {
  const fills = strategy === 'constant' ? [value!] : learnt!.fills
  if (column.values === 'text') {
    const attributes = { keys_strings: { texts: [''] }, values_int64s: [1], default_int64: 0 }
    const isGap = cast(build, build.op('LabelEncoder', [name], attributes, ML), 'bool')
    return build.op('Where', [isGap, build.constant('string', [], fills as readonly string[]), name])
  }
  const isGap = build.op('IsNaN', [name])
  if (!isField(column)) {
    return build.op('Where', [isGap, build.constant('float64', [], Float64Array.from(fills as number[])), name])
  }
  // what was learned stands for stored values; a constant for numbers
  const numbers = (fills as number[]).map((fill) => (strategy === 'constant' ? fill : fill / column.divisor))
  const constant = build.constant('float32', numbers.length === 1 ? [] : column.shape, Float32Array.from(numbers))
  return build.op('Where', [isGap, constant, name])
}
