/** Describes the values of a column, which are seen once and in order; memory does not grow with the rows. */
import type { Field } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { type Column, isField, type Values } from '../../data/column.js'
import { labelText } from '../../data/steps/labels.js'
import type { DataReport } from '../../export/data-report.js'
import { textHash } from './row-hash.js'
import { shortText } from './samples.js'

export type ColumnSummary = Omit<DataReport['columns'][number], 'name' | 'use' | 'type' | 'why'>

export type NumberSummary = NonNullable<ColumnSummary['numbers']>

/** Limits on the memory of a column while its values are seen. */
export interface Limits {
  /** Different values that are counted. */
  readonly distinct: number
  /** Values that are compared to find two equal ones; after so many, all count as different. */
  readonly compared: number
  /** Values of the sample for the histogram. */
  readonly sampled: number
}

/** Returns limits that keep memory bounded however many columns there are. */
export const limitsFor = (columns: number): Limits => {
  const share = (all: number, least: number, most: number) => Math.max(least, Math.min(most, Math.floor(all / columns)))
  return { distinct: share(1e6, 110, 1000), compared: share(4e6, 1000, 100_000), sampled: share(4e6, 64, 4096) }
}

const MOST_FREQUENT = 5
/** Rows from which on it means something that all values differ. */
const FEWEST_COMPARED = 20
const BINS = 8

export interface Summarizer {
  see(values: Values): void
  summary(): ColumnSummary
}

export function summarizer(column: Column, limits: Limits): Summarizer {
  if (isField(column) && column.shape.length > 0) return arraySummarizer(column, limits)
  const isText = column.values === 'text'
  const divisor = isField(column) ? column.divisor : 1
  let counts: Map<string | number, number> | null = new Map()
  let different: Set<string | number> | null = new Set()
  let [rows, gaps, isWhole] = [0, 0, true]
  const numbers = moments(limits.sampled)
  return {
    see(values) {
      rows += values.length
      for (let row = 0; row < values.length; row++) {
        const value = values[row]!
        if (value === null || Number.isNaN(value)) {
          gaps++
          continue
        }
        if (counts) {
          counts.set(value, (counts.get(value) ?? 0) + 1)
          if (counts.size > limits.distinct) counts = null
        }
        if (!isText) {
          numbers.see((value as number) / divisor)
          if (isWhole && !Number.isInteger((value as number) / divisor)) isWhole = false
        }
        if (different && different.size < limits.compared) {
          const key = isText ? textHash(String(value)) : value
          if (different.has(key) || (!isText && !isWhole)) different = null
          else different.add(key)
        }
      }
    },
    summary: () => ({
      kind: isText ? 'text' : isWhole ? 'whole number' : 'number',
      rows,
      gaps,
      distinct: counts?.size ?? null,
      all_different: different !== null && different.size >= FEWEST_COMPARED,
      frequent: [...(counts ?? [])]
        .toSorted(([, a], [, b]) => b - a)
        .slice(0, MOST_FREQUENT)
        .map(([value, count]) => ({ value: shortText(labelText(value)), count })),
      numbers: numbers.summary(),
      histogram: numbers.histogram(),
    }),
  }
}

function arraySummarizer({ shape, divisor }: Field, limits: Limits): Summarizer {
  const width = sizeOf(shape)
  const numbers = moments(limits.sampled)
  let [rows, gaps] = [0, 0]
  return {
    see(values) {
      rows += values.length / width
      for (const stored of values as Float32Array) {
        if (Number.isNaN(stored)) gaps++
        else numbers.see(stored / divisor)
      }
    },
    summary: () => ({
      kind: 'array',
      rows,
      gaps,
      distinct: null,
      all_different: false,
      frequent: [],
      numbers: numbers.summary(),
      histogram: numbers.histogram(),
    }),
  }
}

export interface Moments {
  see(value: number): void
  summary(): NumberSummary | null
  histogram(): number[]
}

/**
 * Mean and deviation by Welford's sums (Technometrics 4, 1962, 419); the deviation is that of the population. Every n-th
 * value is kept for the histogram; n doubles when `sampled` of them are.
 */
export function moments(sampled: number): Moments {
  let [count, mean, squares] = [0, 0, 0]
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let sample: number[] = []
  let every = 1
  return {
    see(value) {
      if (count % every === 0) {
        sample.push(value)
        if (sample.length === sampled) {
          sample = sample.filter((_, index) => index % 2 === 0)
          every *= 2
        }
      }
      count++
      const difference = value - mean
      mean += difference / count
      squares += difference * (value - mean)
      if (value < least) least = value
      if (value > largest) largest = value
    },
    summary: () => (count === 0 ? null : { least, mean, deviation: Math.sqrt(squares / count), largest }),
    histogram() {
      if (!(largest > least)) return []
      const bins = new Array<number>(BINS).fill(0)
      for (const value of sample) {
        bins[Math.min(BINS - 1, Math.floor(((value - least) / (largest - least)) * BINS))]!++
      }
      return bins
    },
  }
}
