/**
 * Replaces gaps by what training rows have, as scikit-learn's `SimpleImputer`. Each element of a row has its own mean,
 * median or most frequent value.
 */
import type { Numbers } from '../../base/field.js'
import type { StepOf } from '../../spec/steps.js'
import { isField, type Values, widthOf } from '../column.js'
import { learningMedians } from './medians.js'
import { StepProblem } from './problem.js'
import type { Learning, Step } from './step.js'
import { type Counts, increase, mostFrequent } from './vocabulary.js'

type Spec = StepOf<'FillMissing'>
type Fill = string | number

/** The values that replace gaps, one for each element of a row. */
type Fills = { readonly fills: readonly Fill[] }

export function fillMissing({ strategy, value }: Pick<Spec, 'strategy' | 'value'>): Step<Fills | null> {
  const filled = (values: Values, fillOf: (at: number) => Fill): Values =>
    Array.isArray(values)
      ? values.map((one, at) => one ?? (fillOf(at) as string))
      : (values as Numbers).map((one, at) => (Number.isNaN(one) ? (fillOf(at) as number) : one))
  if (strategy === 'constant') {
    return {
      column: (given) => given,
      apply(values, given) {
        const fill = isField(given) ? (value as number) * given.divisor : value!
        return filled(values, () => fill)
      },
    }
  }
  return {
    learning: (given) => complete(LEARNING[strategy](widthOf(given)), strategy),
    column: (given) => given,
    apply: (values, given, learnt) => filled(values, (at) => learnt!.fills[at % widthOf(given)]!),
  }
}

/** How each strategy learns, of rows of `width` elements. */
const LEARNING: {
  readonly [Strategy in Exclude<Spec['strategy'], 'constant'>]: (width: number) => Learning<Fills>
} = { mean: learningMeans, median: learningMedians, most_frequent: learningMostFrequent }

function learningMeans(width: number): Learning<Fills> {
  const sums = new Float64Array(width)
  const counts = new Float64Array(width)
  return {
    see(values) {
      for (const [at, value] of (values as Numbers).entries()) {
        if (Number.isNaN(value)) continue
        sums[at % width]! += value
        counts[at % width]!++
      }
    },
    end: () => ({ learnt: { fills: [...sums].map((sum, element) => sum / counts[element]!) } }),
  }
}

function learningMostFrequent(width: number): Learning<Fills> {
  const counts = Array.from({ length: width }, (): Counts => new Map())
  return {
    see(values) {
      for (let at = 0; at < values.length; at++) {
        const value = values[at]!
        if (value !== null && !Number.isNaN(value)) increase(counts[at % width]!, value)
      }
    },
    end: () => ({ learnt: { fills: counts.map((of) => mostFrequent(of) ?? Number.NaN) } }),
  }
}

/** Throws a StepProblem at the end if an element has only gaps. */
const complete = (learning: Learning<Fills>, strategy: Spec['strategy']): Learning<Fills> => ({
  ...learning,
  end() {
    const end = learning.end() as Exclude<ReturnType<typeof learning.end>, Promise<unknown>>
    if (end !== 'again' && end.learnt.fills.some((fill) => Number.isNaN(fill))) {
      throw new StepProblem(`found only gaps in the training rows, so there is no "${strategy}" to fill them with`)
    }
    return end
  },
})
