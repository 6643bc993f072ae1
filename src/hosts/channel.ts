/**
 * A connection between two hosts: one JSON object a line, of known forms. Bytes may follow a line that says how many.
 * Silence ends it.
 */
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
  /** Number of bytes that follow the line. */
  readonly follow?: number
}

/** A form of messages, such as a schema of zod. */
interface Form<Heard> {
  safeParse(value: unknown): { readonly success: true; readonly data: Heard } | { readonly success: false }
}

export interface ChannelOptions<Heard extends Message> {
  readonly form: Form<Heard>
  readonly timing: Timing
  /** Hears each message but heartbeats, with the bytes that follow it. */
  heard(message: Heard, bytes: Uint8Array): void
  /** Called once when the connection is over, with the reason in words. */
  closed(why: string): void
}

export interface Channel<Sent extends Message> {
  /** `bytes` follow the message, which says how many they are. */
  send(message: Sent, bytes?: Uint8Array): void
  /**
   * The other end has proved who it is: its lines, and what follows them, may have so many bytes, and both send
   * heartbeats from now on.
   */
  trust(mostBytes: number): void
  /** Ends the connection; what was sent before still arrives. */
  close(why: string): void
}

const NEWLINE = 0x0a
const NONE = new Uint8Array()

const hasBytes = <Heard extends Message>(message: Heard): message is Heard & { readonly follow: number } =>
  message.follow !== undefined

const CLOSED = 'the connection was closed'
export const UNEXPECTED = 'a message is not as expected'

export function openChannel<Heard extends Message, Sent extends Message>(
  socket: Socket,
  { form, timing, heard, closed }: ChannelOptions<Heard>,
): Channel<Sent | { readonly type: 'beat' }> {
  let limit: number = LIMITS.stranger
  let pieces: Buffer[] = []
  let size = 0
  /** The message whose bytes are under way. */
  let followed: (Heard & { readonly follow: number }) | null = null
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
  const send = (message: Sent | { readonly type: 'beat' }, bytes?: Uint8Array) => {
    if (isOver || !socket.writable) return
    socket.write(`${JSON.stringify(message)}\n`)
    if (bytes) socket.write(bytes)
  }
  const take = (line: string) => {
    const found = form.safeParse(jsonOf(line))
    if (!found.success) breakOff(UNEXPECTED)
    else if (hasBytes(found.data)) {
      if (found.data.follow > limit) breakOff(`more than ${limit} bytes follow a line`)
      else followed = found.data
    } else if (found.data.type !== 'beat') heard(found.data, NONE)
  }
  /** Takes the beginning of what has come: up to the end of a line, or of the bytes that follow one. Returns its length. */
  const takeSome = (data: Buffer): number => {
    const end = followed ? followed.follow - size : data.indexOf(NEWLINE)
    const isWhole = followed ? data.length >= end : end >= 0
    const part = isWhole ? data.subarray(0, end) : data
    size += part.length
    if (size > limit) {
      breakOff(`a line has more than ${limit} bytes`)
      return data.length
    }
    pieces.push(part)
    if (!isWhole) return data.length
    const [message, whole] = [followed, Buffer.concat(pieces)]
    followed = null
    pieces = []
    size = 0
    if (message) heard(message, whole)
    else take(whole.toString())
    return message ? end : end + 1
  }
  timers.push(
    setTimeout(() => breakOff(`it has not proved who it is within ${seconds(timing.greeting)}`), timing.greeting),
  )
  socket.setNoDelay(true)
  socket.on('data', (data) => {
    last = performance.now()
    for (let at = 0; at < data.length && !isOver; ) at += takeSome(data.subarray(at))
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
      let looked = last
      const look = () => {
        const now = performance.now()
        // after long work of this process, what has come meanwhile is heard first
        const isLate = now - looked > timing.beat
        looked = now
        if (!isLate && now - last > timing.silence) breakOff(`it has been silent for ${seconds(timing.silence)}`)
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
