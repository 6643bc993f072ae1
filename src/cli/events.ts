/** The stream of events that `--events` asks for. */
import { outsideDescriptor } from '../base/descriptor.js'
import { problemWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { NOWHERE, openLines, streamLines } from '../export/line-place.js'
import { MlflowClient } from '../export/mlflow-client.js'
import { eventLine } from '../export/run-events.js'
import { tellMlflow } from '../run/mlflow.js'
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

/** Gives the runs to a server of MLflow. A server that fails gives one warning, and training goes on. */
export function openMlflow(address: string, { warn }: Pick<EventsOptions, 'warn'>): Listener {
  const client = new MlflowClient(address.replace(/\/+$/, ''))
  const teller = tellMlflow(client, (words) => warn(`The run on ${address} is incomplete: ${words}`))
  return { ...NOBODY, ...teller }
}

/** Throws a UserError unless the address is one of a server. */
export function checkServer(address: string): void {
  const found = URL.canParse(address) ? new URL(address) : null
  if (found !== null && /^https?:$/.test(found.protocol) && found.username === '') return
  throw new UserError(
    `--mlflow: found ${JSON.stringify(address)}, must be the address of a server, such as http://127.0.0.1:5000`,
  )
}

/** Lets several hear. */
export const together = (listeners: readonly Listener[]): Listener => ({
  event: (...heard) => listeners.forEach((one) => void one.event(...heard)),
  warning: (warning) => listeners.forEach((one) => void one.warning(warning)),
  saved: (path) => listeners.forEach((one) => void one.saved(path)),
  end: (end) => listeners.forEach((one) => void one.end(end)),
  failed: (error) => listeners.forEach((one) => void one.failed(error)),
  close: async () => {
    for (const one of listeners) await one.close()
  },
})

/** Hears nothing. */
export const NOBODY: Listener = {
  event: () => {},
  warning: () => {},
  saved: () => {},
  end: () => {},
  failed: () => {},
  close: async () => {},
}
