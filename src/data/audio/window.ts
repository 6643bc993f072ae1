/** Windows: weights of the samples of a frame. */

export type WindowSpec = 'hann' | 'hamming' | readonly number[] | null

/** A periodic window continues from its end to its beginning; any other is symmetric (scipy.signal.get_window). */
export function windowOf(spec: WindowSpec, length: number, isPeriodic: boolean): Float64Array {
  if (spec === null) return new Float64Array(length).fill(1)
  if (typeof spec !== 'string') return Float64Array.from(spec)
  const share = spec === 'hann' ? 0.5 : 0.54
  const turns = isPeriodic ? length : length - 1
  return Float64Array.from({ length }, (_, at) => share - (1 - share) * Math.cos((2 * Math.PI * at) / turns))
}
