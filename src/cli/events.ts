/** The stream of events that `--events` asks for. */
import { outsideDescriptor } from '../base/descriptor.js'
import { problemWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { NOWHERE, openLines, streamLines } from '../export/line-place.js'
import { eventLine } from '../export/run-events.js'
import { type EventTeller, tellEvents } from '../run/run-events.js'
import type { Io } from './io.js'
import { type Place, STDOUT } from './places.js'

/** Hears what happens in a run. */
export interface Listener extends EventTeller {
  /** Waits until everything is written. Must be the last call. */
  close(): Promise<void>
}

/** The place that `--events` names, and the reason why it cannot be written. */
export interface EventsPlace extends Place {
  readonly problem: string | null
}

/**
 * Returns the place that `-`, a path or `fd:3` names. Throws a UserError if that is no number of a descriptor. To be
 * called before files are opened, because a descriptor must come from outside.
 */
export function eventsPlace(text: string): EventsPlace {
  if (text === '-') return { name: 'standard output', at: STDOUT, problem: null }
  if (!text.startsWith('fd:')) return { name: text, at: text, problem: null }
  const digits = text.slice('fd:'.length)
  if (!/^\d{1,9}$/.test(digits)) {
    throw new UserError(
      `--events: found ${JSON.stringify(text)}, must be fd: and the number of a file descriptor, such as fd:3; a file with this name is ./${text}`,
    )
  }
  return { name: text, at: Number(digits), problem: problemOf(Number(digits)) }
}

function problemOf(descriptor: number): string | null {
  try {
    outsideDescriptor(descriptor)
    return null
  } catch (error) {
    const words = problemWords(error)
    if (words === undefined) throw error
    return words
  }
}

export interface EventsOptions {
  readonly io: Io
  readonly signal: AbortSignal
  /** Called once if the place fails. */
  warn(text: string): void
}

/** Opens the stream. A place that fails gives one warning, and training goes on. */
export function openEvents({ name, at, problem }: EventsPlace, { io, signal, warn }: EventsOptions): Listener {
  const onProblem = (words: string) => warn(`The events in ${name} are incomplete: ${words}`)
  if (problem !== null) onProblem(problem)
  const lines =
    problem !== null ? NOWHERE : at === STDOUT ? streamLines(io.stdout) : openLines(at, { signal, onProblem })
  const teller = tellEvents(
    (event) => lines.write(eventLine(event), event.event === 'batch'),
    () => performance.now(),
  )
  return { ...teller, close: () => lines.close() }
}

/** Hears nothing. */
export const NOBODY: Listener = {
  event: () => {},
  warning: () => {},
  saved: () => {},
  end: () => {},
  failed: () => {},
  close: async () => {},
}
