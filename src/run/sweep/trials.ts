/** Makes the trials of a sweep, each with its values. */
import { PURPOSE, philoxBits } from '../../base/philox.js'
import { type SweepSpec, trialCount } from '../../spec/sweep.js'
import { type Range, rangeOf } from '../../spec/sweep-range.js'

export interface Trial {
  /** From 1. */
  readonly number: number
  /** The values that it tries, by the path of the field. */
  readonly values: Readonly<Record<string, unknown>>
}

/** A trial is the same whatever the number of trials. It takes the next point of the grid, and draws anew. */
export function trialsOf(sweep: Pick<SweepSpec, 'grid' | 'random' | 'runs' | 'seed'>): Trial[] {
  return Array.from({ length: trialCount(sweep) }, (_, index) => {
    const number = index + 1
    const drawn = Object.entries(sweep.random).map(([path, from]) => {
      const share = shareOf(sweep.seed, path, number)
      return [path, typeof from === 'string' ? drawnFrom(rangeOf(from), share) : from[Math.floor(share * from.length)]]
    })
    return { number, values: { ...pointOf(sweep.grid, index), ...Object.fromEntries(drawn) } }
  })
}

/** The point of a grid with this index, from 0: the last field changes first. After the last point comes the first. */
function pointOf(grid: SweepSpec['grid'], index: number): Record<string, unknown> {
  let rest = index
  const backwards = Object.entries(grid)
    .toReversed()
    .map(([path, values]) => {
      const value = values[rest % values.length]
      rest = Math.floor(rest / values.length)
      return [path, value]
    })
  return Object.fromEntries(backwards.toReversed())
}

/** A number in [0, 1) of 53 bits: a function of the seed, the path of a field and the number of a trial. */
function shareOf(seed: number, path: string, trial: number): number {
  const [high, low] = philoxBits({ seed, purpose: PURPOSE.sweep, stream: hashOf(path), step: trial }, 2)
  return ((high! >>> 5) * 2 ** 26 + (low! >>> 6)) * 2 ** -53
}

/** FNV-1a (Fowler, Noll and Vo) of the bytes of a text: 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

function drawnFrom({ draw, least, most }: Range, share: number): number {
  const between = (a: number, b: number) => a + share * (b - a)
  const within = (value: number) => Math.min(most, Math.max(least, value))
  switch (draw) {
    case 'uniform':
      return within(rounded(between(least, most), most - least))
    case 'log': {
      const value = Math.exp(between(Math.log(least), Math.log(most)))
      return within(rounded(value, Math.min(value, most - least)))
    }
    case 'int':
      return within(Math.floor(between(least, most + 1)))
    case 'int-log':
      // each whole number takes what rounds to it
      return within(Math.round(Math.exp(between(Math.log(least - 0.5), Math.log(most + 0.5)))))
  }
}

/** Digits of a draw that matter: more would say nothing, and a table shows exactly what was tried. */
const DIGITS = 4

/** Rounds a value so that `scale` would have so many digits. */
function rounded(value: number, scale: number): number {
  const decimals = DIGITS - 1 - Math.floor(Math.log10(scale))
  return Number(`${Math.round(Number(`${value}e${decimals}`))}e${-decimals}`)
}
