/** Reports metrics that were NaN, once at the end of a run. */
import type { Measured } from '../program/measured.js'
import type { EpochEndEvent, Metrics } from '../training/events.js'

/** A callback and the history key that it watches. */
export interface Watcher {
  readonly type: string
  readonly monitor: string
}

export interface UndefinedParts {
  readonly metrics: readonly Measured[]
  readonly epochs: readonly EpochEndEvent[]
  readonly test: Metrics | null
  readonly watchers: readonly Watcher[]
}

/** A line for each metric that was NaN, and for each callback that therefore did nothing. */
export function undefinedLines({ metrics, epochs, test, watchers }: UndefinedParts): string[] {
  const isUndefined = (key: string) => (epoch: EpochEndEvent) => Number.isNaN(epoch.metrics[key])
  const counted = (key: string, pass: string): string[] => {
    const count = epochs.filter(isUndefined(key)).length
    return count === 0 ? [] : [`in ${count} of ${epochs.length} epochs${pass}`]
  }
  const found = metrics.flatMap(({ key, needs }) => {
    const places = [
      ...counted(key, ' of training'),
      ...counted(`val_${key}`, ' of validation'),
      ...(Number.isNaN(test?.[key]) ? ['in the test'] : []),
    ]
    return places.length === 0 ? [] : [`${key} was nan ${listed(places)}${needs ? `: it needs ${needs}` : ''}.`]
  })
  const idle = watchers.flatMap(({ type, monitor }) =>
    epochs.length > 0 && epochs.every(isUndefined(monitor))
      ? [`${type} had no effect, because ${monitor}, which it watches, was nan in every epoch.`]
      : [],
  )
  return [...found, ...idle]
}

const listed = (things: readonly string[]): string =>
  things.length < 2 ? things.join('') : `${things.slice(0, -1).join(', ')} and ${things.at(-1)}`
