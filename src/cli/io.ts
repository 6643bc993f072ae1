import { visible } from '../base/visible.js'
import type { EndSignal } from './exit-codes.js'

/** The signal that asks for a checkpoint. */
export const SAVE_SIGNAL = 'SIGUSR1'
/** The signal that a terminal sends when its size has changed. */
export const RESIZE_SIGNAL = 'SIGWINCH'

type Heard = EndSignal | typeof SAVE_SIGNAL | typeof RESIZE_SIGNAL

/** The parts of the process that a command uses. Tests pass their own. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
  on(signal: Heard, listener: () => void): unknown
  off(signal: Heard, listener: () => void): unknown
  exit(code: number): never
}

/** True if the stream is a terminal that can move its cursor, so that a line can be redrawn. */
export const mayRedraw = ({ env }: Pick<Io, 'env'>, stream: NodeJS.WriteStream): boolean =>
  stream.isTTY && env.TERM !== 'dumb'

/** True if the stream shows colours and the user has not turned them off (https://no-color.org). */
export const mayColor = (io: Pick<Io, 'env'>, stream: NodeJS.WriteStream): boolean =>
  mayRedraw(io, stream) && !io.env.NO_COLOR

/** Turns line wrap and the cursor of a terminal on again and starts a new line, because a bar or a spinner may be shown. */
export const RESET_TERMINAL = '\x1b[?7h\x1b[?25h\n'

/** Prints lines to standard error. Control characters, which a name or path may contain, are made visible. */
export function say({ stderr }: Pick<Io, 'stderr'>, text: string): void {
  stderr.write(`${text.split('\n').map(visible).join('\n')}\n`)
}

/** Prints messages while something else may be drawing a line. */
export interface Voice {
  say(text: string): void
  /** Sets the function that ends the drawn line. It is called before each message. */
  leaving(leave: () => void): void
}

export function createVoice(io: Pick<Io, 'stderr'>): Voice {
  let leave = () => {}
  return {
    say(text) {
      leave()
      say(io, text)
    },
    leaving(given) {
      leave = given
    },
  }
}
