/** Windows: samples of consecutive rows of a series, with targets that come later. */
import type { Field, Named } from '../../base/field.js'
import { isInputKey, WEIGHT } from '../../base/form.js'
import { horizonsOf, type WindowSpec } from '../../spec/series.js'
import type { Run, Table } from '../table.js'
import type { Sampling } from './sampling.js'
import type { Series } from './series.js'

/** The windows of series, in their order. */
export class Windows {
  readonly count: number
  /** Number of the first window of each run. */
  readonly #first: Uint32Array
  readonly #runs: readonly Run[]

  constructor(
    { runs }: Series,
    /** Rows from the first one of a window to its last target. */
    readonly span: number,
    readonly stride: number,
  ) {
    this.#runs = runs.filter(({ count }) => count > span)
    this.#first = new Uint32Array(this.#runs.length)
    let count = 0
    for (const [index, run] of this.#runs.entries()) {
      this.#first[index] = count
      count += Math.ceil((run.count - span) / stride)
    }
    this.count = count
  }

  /** The place of the first row of a window. */
  startOf(window: number): number {
    let [low, high] = [0, this.#first.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#first[middle]! <= window) low = middle
      else high = middle
    }
    return this.#runs[low]!.from + (window - this.#first[low]!) * this.stride
  }
}

/** Samples that are windows. Without targets no row after a window is needed. */
export function windowSampling(spec: WindowSpec, hasTargets: boolean): Sampling {
  const { sequence_length: length, sampling_rate: rate, sequence_stride: stride, horizon } = spec
  const last = (length - 1) * rate
  const steps = hasTargets ? horizonsOf(spec).map((rows) => last + rows) : []
  // not before it is known that a series is as long
  const inputs = () => Array.from({ length }, (_, step) => step * rate)
  const windowsIn = (series: Series) => new Windows(series, Math.max(last, ...steps), stride)
  const useOf = (key: string): 'inputs' | 'targets' | 'weight' =>
    isInputKey(key) ? 'inputs' : key === WEIGHT ? 'weight' : 'targets'
  const isOne = typeof horizon === 'number'

  /** The rows at these offsets from the starts of windows, window by window. */
  function rowsFrom({ order }: Series, starts: readonly number[], offsets: readonly number[]) {
    const rows = new Uint32Array(starts.length * offsets.length)
    let filled = 0
    for (const start of starts) {
      for (const offset of offsets) rows[filled++] = order ? order[start + offset]! : start + offset
    }
    return rows
  }

  return {
    rowsNeeded: Math.max(last, ...steps) + 1,
    field: (key, field) => {
      const use = useOf(key)
      if (use === 'weight' || (use === 'targets' && isOne)) return field
      return { ...field, shape: [use === 'inputs' ? length : steps.length, ...field.shape] }
    },
    count: (series) => windowsIn(series).count,
    rowsOf(series, number) {
      const starts = [windowsIn(series).startOf(number)]
      return { inputs: rowsFrom(series, starts, inputs()), targets: rowsFrom(series, starts, steps) }
    },
    inputRows: (series) => coveredRows(series, windowsIn(series), length, rate),
    targetRows(series) {
      const windows = windowsIn(series)
      const isTarget = new Uint8Array(endOf(series))
      for (let window = 0; window < windows.count; window++) {
        const start = windows.startOf(window)
        for (const offset of steps) isTarget[start + offset] = 1
      }
      return rowsWhere(series, isTarget)
    },
    table(rows, series) {
      const windows = windowsIn(series)
      const uses = Object.keys(rows.fields).map((key) => [key, useOf(key)] as const)
      const offsets = { inputs: inputs(), targets: steps, weight: steps.slice(0, 1) }
      const each = (['inputs', 'targets', 'weight'] as const)
        .map((use) => ({ offsets: offsets[use], keys: uses.flatMap(([key, own]) => (own === use ? [key] : [])) }))
        .filter(({ keys }) => keys.length > 0)
      return {
        fields: fieldsOf(rows.fields, this.field),
        count: windows.count,
        read(numbers, epoch, into) {
          const starts = Array.from(numbers, (number) => windows.startOf(number))
          for (const { offsets, keys } of each) {
            const some = Object.fromEntries(keys.flatMap((key) => (into[key] ? [[key, into[key]]] : [])))
            rows.read(rowsFrom(series, starts, offsets), epoch, some)
          }
        },
        ...(rows.prefetch && series.order === null && { prefetch: ahead(rows, windows) }),
      }
    },
  }
}

const fieldsOf = (fields: Named<Field>, change: (key: string, field: Field) => Field): Record<string, Field> =>
  Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, change(key, field)]))

/** Fetches the rows of windows, of series that lie in the table one after another. */
const ahead =
  (rows: Table, windows: Windows): NonNullable<Table['prefetch']> =>
  (runs) =>
    rows.prefetch!(
      runs.map(({ from, count }) => {
        const first = windows.startOf(from)
        return { from: first, count: windows.startOf(from + count - 1) + windows.span + 1 - first }
      }),
    )

/** The rows that are inputs of any window, sorted. */
function coveredRows(series: Series, windows: Windows, length: number, rate: number): Uint32Array {
  const end = endOf(series)
  // windows begin where it rises, and end where it falls, separately for each remainder of a place by the rate
  const change = new Int32Array(end)
  for (let window = 0; window < windows.count; window++) {
    const start = windows.startOf(window)
    change[start]!++
    if (start + length * rate < end) change[start + length * rate]!--
  }
  for (let place = rate; place < end; place++) change[place]! += change[place - rate]!
  return rowsWhere(series, change)
}

/** The number of places. */
const endOf = ({ runs }: Series): number => runs.reduce((most, { from, count }) => Math.max(most, from + count), 0)

/** The rows at the places whose flag is not 0, sorted. */
function rowsWhere({ order }: Series, flags: Uint8Array | Int32Array): Uint32Array {
  const rows = new Uint32Array(flags.length)
  let filled = 0
  for (let place = 0; place < flags.length; place++) {
    if (flags[place] !== 0) rows[filled++] = order ? order[place]! : place
  }
  return rows.subarray(0, filled).sort()
}
