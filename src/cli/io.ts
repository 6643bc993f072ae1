import { visible } from '../base/visible.js'
import type { EndSignal } from './exit-codes.js'

/** What a command may touch of the process around it; tests give their own. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
  on(signal: EndSignal, listener: () => void): unknown
  off(signal: EndSignal, listener: () => void): unknown
  exit(code: number): never
}

/** True where a terminal can move its cursor, so that a line may be drawn again. */
export const mayRedraw = ({ env }: Pick<Io, 'env'>, stream: NodeJS.WriteStream): boolean =>
  stream.isTTY && env.TERM !== 'dumb'

/** True where a person will see colours, and wants to (https://no-color.org). */
export const mayColor = (io: Pick<Io, 'env'>, stream: NodeJS.WriteStream): boolean =>
  mayRedraw(io, stream) && !io.env.NO_COLOR

/** Writes lines for people. Names and paths in them may hold anything; a terminal obeys none of it. */
export function say({ stderr }: Pick<Io, 'stderr'>, text: string): void {
  stderr.write(`${text.split('\n').map(visible).join('\n')}\n`)
}

/** Says things while something else may be drawing. */
export interface Voice {
  say(text: string): void
  /** Whoever draws leaves its line before. */
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
