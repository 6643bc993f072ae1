/** A connection between two hosts: one JSON object a line, of known forms. Silence ends it. */
import type { Socket } from 'node:net'
import { problemWords } from '../base/file-problem.js'
import { jsonOf } from '../base/json.js'
import { reasonOf } from '../base/reason.js'
import { LIMITS } from './messages.js'

/** Milliseconds. */
export interface Timing {
  /** Between two heartbeats. */
  readonly beat: number
  /** Silence after which the other end counts as lost. */
  readonly silence: number
  /** Time in which both ends must have proved who they are. */
  readonly greeting: number
}

export const TIMING: Timing = { beat: 2000, silence: 10_000, greeting: 5000 }

interface Message {
  readonly type: string
}

/** A form of messages, such as a schema of zod. */
interface Form<Heard> {
  safeParse(value: unknown): { readonly success: true; readonly data: Heard } | { readonly success: false }
}

export interface ChannelOptions<Heard extends Message> {
  readonly form: Form<Heard>
  readonly timing: Timing
  /** Hears each message but heartbeats. */
  heard(message: Heard): void
  /** Called once when the connection is over, with the reason in words. */
  closed(why: string): void
}

export interface Channel<Sent extends Message> {
  send(message: Sent): void
  /** The other end has proved who it is: its lines may have so many bytes, and both send heartbeats from now on. */
  trust(mostBytes: number): void
  /** Ends the connection; what was sent before still arrives. */
  close(why: string): void
}

const NEWLINE = 0x0a

const CLOSED = 'the connection was closed'
export const UNEXPECTED = 'a message is not as expected'

export function openChannel<Heard extends Message, Sent extends Message>(
  socket: Socket,
  { form, timing, heard, closed }: ChannelOptions<Heard>,
): Channel<Sent | { readonly type: 'beat' }> {
  let limit: number = LIMITS.stranger
  let pieces: Buffer[] = []
  let size = 0
  let isOver = false
  let last = performance.now()
  const timers: NodeJS.Timeout[] = []
  const end = (why: string) => {
    if (isOver) return
    isOver = true
    for (const timer of timers) clearInterval(timer)
    pieces = []
    closed(why)
  }
  const breakOff = (why: string) => {
    end(why)
    socket.destroy()
  }
  const send = (message: Sent | { readonly type: 'beat' }) => {
    if (!isOver && socket.writable) socket.write(`${JSON.stringify(message)}\n`)
  }
  const take = (line: string) => {
    const found = form.safeParse(jsonOf(line))
    if (!found.success) breakOff(UNEXPECTED)
    else if (found.data.type !== 'beat') heard(found.data)
  }
  timers.push(
    setTimeout(() => breakOff(`it has not proved who it is within ${seconds(timing.greeting)}`), timing.greeting),
  )
  socket.setNoDelay(true)
  socket.on('data', (data) => {
    last = performance.now()
    let rest = data
    while (!isOver) {
      const at = rest.indexOf(NEWLINE)
      const part = at < 0 ? rest : rest.subarray(0, at)
      size += part.length
      if (size > limit) return breakOff(`a line has more than ${limit} bytes`)
      pieces.push(part)
      if (at < 0) return
      const line = Buffer.concat(pieces).toString()
      pieces = []
      size = 0
      rest = rest.subarray(at + 1)
      take(line)
    }
  })
  socket.on('error', (error) => end(problemWords(error) ?? reasonOf(error)))
  socket.on('end', () => end(CLOSED))
  socket.on('close', () => end(CLOSED))
  return {
    send,
    trust(mostBytes) {
      limit = mostBytes
      for (const timer of timers) clearInterval(timer)
      last = performance.now()
      const look = () => {
        if (performance.now() - last > timing.silence) breakOff(`it has been silent for ${seconds(timing.silence)}`)
      }
      timers.push(
        setInterval(() => send({ type: 'beat' }), timing.beat),
        setInterval(look, timing.beat / 4),
      )
      send({ type: 'beat' })
    },
    close(why) {
      end(why)
      socket.end()
      // the other end may not close its side
      setTimeout(() => socket.destroy(), timing.beat).unref()
    },
  }
}

export const seconds = (milliseconds: number): string => `${milliseconds / 1000} s`
