/**
 * Messages between the chief, which is the command that the user typed, and a worker, which is the daemon on another
 * host. Each is a JSON object on a line of its own:
 *
 *     chief   hello                   prove                          prepare          start
 *     worker          challenge              welcome                          ready            ended
 *
 * `stop` is answered with `stopped` once the training process is gone. `refused` ends the connection.
 *
 * Before `prepare`, the chief may ask whether the worker has the files of the data, and give it a pack of them if not:
 *
 *     chief   look              offer          piece           piece
 *     worker          seen              want           want            want
 *
 * The bytes of a piece follow its line. `want` says how many bytes are there: of a pack that is there as a whole and
 * undamaged, all of them. Pieces are sent before the answer to those before them, up to a limit. `damaged` and `cannot`
 * stand for `want`.
 */
import { z } from 'zod'

/** Version of the messages. */
export const PROTOCOL = 2

/** Limits on a line, bytes: before the other end has proved who it is, for a spec, and for what a worker answers. */
export const LIMITS = { stranger: 1000, spec: 32_000_000, answer: 64_000 } as const

/** Limits on files that are asked about at once, on the bytes of a piece, and on those that were sent and not answered. */
export const SENDING = { files: 500, piece: 2 ** 20, unanswered: 2 ** 23 } as const

/** Limit on what a worker tells of the messages of its training process, characters. */
export const MOST_WORDS = 8000

const hexadecimal = z.string().regex(/^[\da-f]{64}$/)
/** Text for one line of a log or a terminal. */
const line = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\n\r]*$/)

const version = line(100)
const beat = z.strictObject({ type: z.literal('beat') })

/** An address of TensorFlow's server. */
const address = z
  .string()
  .max(300)
  .regex(/^[\w.:[\]-]+:\d{1,5}$/)

/** A file: its path, its size in bytes, and the second of its last change. */
const file = z.tuple([z.string().max(32_000), z.int().min(0), z.int()]).readonly()

export type FileFacts = z.output<typeof file>

/** A pack is named by the SHA-256 of its bytes. */
const pack = hexadecimal

/** The work of a training process on another host. */
const task = z.strictObject({
  /** Name of the run, for the log. */
  name: line(1000),
  /** Text of the resolved spec, with absolute paths. */
  spec: z.string(),
  /** Addresses of all ranks, and the rank of this host. */
  cluster: z.array(address).min(1).max(1000).readonly(),
  rank: z.int().min(1).max(999),
  /** Seconds that the ranks wait for one another. */
  wait: z.int().min(1),
  /** Options of `train` that every rank needs. */
  workers: z.int().min(0).optional(),
  pauseAfter: z.int().min(1).optional(),
  /** The pack of the data, which is there; without it they are read from the files that the spec names. */
  pack: pack.optional(),
})

export type RankTask = z.output<typeof task>

export const chiefMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), protocol: z.int(), nonce: hexadecimal }),
  z.strictObject({ type: z.literal('prove'), proof: hexadecimal, version, host: line(300) }),
  z.strictObject({ type: z.literal('look'), files: z.array(file).min(1).max(SENDING.files).readonly() }),
  z.strictObject({ type: z.literal('offer'), pack, bytes: z.int().min(1) }),
  z.strictObject({ type: z.literal('piece'), follow: z.int().min(1).max(SENDING.piece) }),
  z.strictObject({ type: z.literal('prepare') }),
  z.strictObject({ type: z.literal('start'), task }),
  z.strictObject({ type: z.literal('stop') }),
  beat,
])

/** Reasons for which a worker refuses a chief. */
export const REFUSALS = ['protocol', 'token', 'version', 'busy'] as const

export const workerMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('challenge'), protocol: z.int(), nonce: hexadecimal }),
  z.strictObject({ type: z.literal('welcome'), proof: hexadecimal, version }),
  z.strictObject({ type: z.literal('refused'), because: z.enum(REFUSALS), words: line(1000) }),
  /** `has`: all of the files are there. */
  z.strictObject({ type: z.literal('seen'), has: z.boolean() }),
  z.strictObject({ type: z.literal('want'), from: z.int().min(0) }),
  /** All bytes have come, but are not those of the pack: they are wanted anew. */
  z.strictObject({ type: z.literal('damaged') }),
  /** The pack cannot be kept there. */
  z.strictObject({ type: z.literal('cannot'), words: line(MOST_WORDS) }),
  /** `port`: free for TensorFlow's server. */
  z.strictObject({ type: z.literal('ready'), port: z.int().min(1).max(65_535) }),
  z.strictObject({
    type: z.literal('ended'),
    /** Null if a signal ended the process. */
    code: z.int().nullable(),
    signal: line(20).nullable(),
    /** The end of what it wrote to standard error. */
    words: z.string().max(MOST_WORDS),
  }),
  z.strictObject({ type: z.literal('stopped') }),
  beat,
])

export type ChiefMessage = z.output<typeof chiefMessage>
export type WorkerMessage = z.output<typeof workerMessage>
export type Refusal = (typeof REFUSALS)[number]
