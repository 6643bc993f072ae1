/** Sequences of unequal length: each sample has all rows of a group, padded or cut to one length. */
import type { Field, Named, Numbers } from '../../base/field.js'
import { isInputKey, WEIGHT } from '../../base/form.js'
import { joined } from '../../base/joined.js'
import { sizeOf } from '../../base/shape.js'
import type { SequenceSpec } from '../../spec/series.js'
import type { Run } from '../table.js'
import type { Sampling } from './sampling.js'
import { rowsAt, type Series } from './series.js'

/** Samples of `maxlen` steps, padded and cut as by `pad_sequences` (keras/src/utils/sequence_utils.py). */
export function sequenceSampling(spec: SequenceSpec & { readonly maxlen: number }): Sampling {
  const { maxlen, padding, truncating, value, per_step } = spec

  /** The rows of a sequence that are left when it is cut. */
  function keptRows(series: Series, { from, count }: Run): Uint32Array {
    const left = Math.min(count, maxlen)
    return rowsAt(series, { from: truncating === 'pre' ? from + count - left : from, count: left })
  }
  const isPadded = (key: string) => isInputKey(key) || (per_step && key !== WEIGHT)
  const field = (key: string, given: Field): Field => {
    if (!isPadded(key)) return given
    const shape = [maxlen, ...given.shape]
    if (!isInputKey(key) || value === 0 || given.values === 'class') return { ...given, shape }
    return { ...given, shape, dtype: 'float32', values: 'real' }
  }
  const keptIn = (series: Series) => series.runs.map((run) => keptRows(series, run))

  return {
    rowsNeeded: 1,
    field,
    count: ({ runs }) => runs.length,
    rowsOf(series, number) {
      const inputs = keptRows(series, series.runs[number]!)
      return { inputs, targets: per_step ? inputs : inputs.slice(-1) }
    },
    inputRows: (series) => joined(keptIn(series)).sort(),
    targetRows: (series) => joined(per_step ? keptIn(series) : keptIn(series).map((rows) => rows.subarray(-1))).sort(),
    table(rows, series) {
      const padded = Object.entries(rows.fields).filter(([key]) => isPadded(key))
      const single = Object.keys(rows.fields).filter((key) => !isPadded(key))
      return {
        fields: Object.fromEntries(Object.entries(rows.fields).map(([key, given]) => [key, field(key, given)])),
        count: series.runs.length,
        read(numbers, epoch, into) {
          const each = padded.flatMap(([key, { shape, divisor }]) => {
            const out = into[key]
            if (!out) return []
            const width = sizeOf(shape)
            out.fill(isInputKey(key) ? value * divisor : 0, 0, numbers.length * maxlen * width)
            return [{ key, width, out }]
          })
          const kept = Array.from(numbers, (number) => keptRows(series, series.runs[number]!))
          for (const [sample, some] of kept.entries()) {
            const first = sample * maxlen + (padding === 'pre' ? maxlen - some.length : 0)
            const places = each.map(({ key, width, out }): [string, Numbers] => [key, out.subarray(first * width)])
            rows.read(some, epoch, Object.fromEntries(places))
          }
          const ends = Uint32Array.from(kept, (some) => some.at(-1)!)
          if (single.length > 0) rows.read(ends, epoch, picked(into, single))
        },
      }
    },
  }
}

const picked = (arrays: Named<Numbers>, keys: readonly string[]): Named<Numbers> =>
  Object.fromEntries(keys.flatMap((key) => (arrays[key] ? [[key, arrays[key]]] : [])))

/** The longest sequence. */
export const longestOf = (all: readonly Series[]): number =>
  all.flatMap(({ runs }) => runs).reduce((most, { count }) => Math.max(most, count), 1)
