/** The chief's connection to a worker. */
import { connect } from 'node:net'
import { UserError } from '../base/issue.js'
import { reasonOf } from '../base/reason.js'
import { addressText, type HostAddress, plainAddress } from './address.js'
import { type Channel, openChannel, TIMING, type Timing, UNEXPECTED } from './channel.js'
import {
  type ChiefMessage,
  type FileFacts,
  LIMITS,
  PROTOCOL,
  type RankTask,
  type Refusal,
  SENDING,
  type WorkerMessage,
  workerMessage,
} from './messages.js'
import { isProof, newNonce, proofOf, type Token } from './token.js'
import type { TrainingEnd } from './training-process.js'

/** A worker that has proved who it is, and that has no other chief. */
export interface HostLink {
  /** Its address as the user wrote it. */
  readonly name: string
  /** IP addresses of the connection: of the worker, and of this machine. */
  readonly remote: string
  readonly local: string
  /** Resolves with the reason when the connection is lost. */
  readonly lost: Promise<string>
  readonly isLost: boolean
  /** True if all of these files are there under the same paths. Rejects if the connection is lost. */
  has(files: readonly FileFacts[]): Promise<boolean>
  /**
   * Offers a pack. Returns how many of its bytes are there: all of them, if they are those of this pack. Rejects with a
   * UserError if it cannot be kept there, and if the connection is lost.
   */
  offer(pack: OfferedPack): Promise<number>
  /** Sends the bytes of the pack that was offered, from a place on. Resolves when it is there. Rejects as `offer` does. */
  send(pack: OfferedPack, from: number, sending: Sending): Promise<void>
  /** Asks for a free port. Rejects if the connection is lost. */
  prepare(): Promise<number>
  /** Starts a training process there. Resolves when it has ended by itself; never, if it is stopped or lost. */
  start(task: RankTask): Promise<TrainingEnd>
  /** Kills the training process there, if there is one. Resolves when it is gone, or when the connection is lost. */
  stop(): Promise<void>
  close(): void
}

/** A pack of data for other hosts. */
export interface OfferedPack {
  /** SHA-256 of its bytes, in hexadecimal digits. */
  readonly sha256: string
  readonly bytes: number
  read(position: number, count: number): Promise<Uint8Array>
}

export interface Sending {
  /** Hears how many bytes are there. */
  progress(done: number): void
  readonly signal: AbortSignal
}

export interface LinkOptions {
  readonly token: Token
  readonly version: string
  /** Name of this machine. */
  readonly host: string
  /** Looks at the IP address of the worker before anything is sent. Throws a UserError. */
  check(name: string, address: string): void
  readonly timing?: Timing
}

/** A worker that is there, but refuses. */
export class RefusedError extends UserError {
  constructor(
    name: string,
    readonly because: Refusal,
    words: string,
  ) {
    super(`Host ${name} refuses: ${words}.`)
  }
}

/**
 * Connects to a worker. Throws a UserError if the worker refuses or may not be used; any other error says that it is not
 * there.
 */
export function connectHost(address: HostAddress, options: LinkOptions, signal: AbortSignal): Promise<HostLink> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, keepAlive: true, noDelay: true })
    const abort = () => {
      reject(signal.reason)
      socket.destroy()
    }
    const heard = () => signal.removeEventListener('abort', abort)
    const link = new Link(addressText(address), options, {
      welcomed() {
        heard()
        resolve(link)
      },
      failed(error) {
        heard()
        reject(error)
      },
    })
    signal.addEventListener('abort', abort)
    link.open(socket)
  })
}

/** How often a pack is sent when it arrives damaged. */
const MOST_ATTEMPTS = 3

/** An answer about the files or the pack of a run. */
type Answer = Extract<WorkerMessage, { type: 'seen' | 'want' | 'damaged' | 'cannot' }>

interface Greeting {
  welcomed(): void
  failed(error: Error): void
}

class Link implements HostLink {
  remote = ''
  local = ''
  readonly lost: Promise<string>
  isLost = false
  #lose: (why: string) => void = () => {}
  #channel!: Channel<ChiefMessage>
  #nonces = { chief: newNonce(), worker: '' }
  #isWelcome = false
  #ready: (port: number) => void = () => {}
  #ended: (end: TrainingEnd) => void = () => {}
  #stopped: () => void = () => {}
  /** The newest answer that nobody has taken. */
  #answer: Answer | null = null
  #answered: () => void = () => {}

  constructor(
    readonly name: string,
    private readonly options: LinkOptions,
    private readonly greeting: Greeting,
  ) {
    this.lost = new Promise((resolve) => {
      this.#lose = resolve
    })
  }

  open(socket: ReturnType<typeof connect>): void {
    const { check, timing = TIMING } = this.options
    this.#channel = openChannel<WorkerMessage, ChiefMessage>(socket, {
      form: workerMessage,
      timing,
      heard: (message) => this.#orFail(() => this.#hear(message)),
      closed: (why) => {
        this.isLost = true
        this.#lose(why)
        this.#answered()
        if (!this.#isWelcome) this.greeting.failed(new Error(why))
      },
    })
    socket.once('connect', () => {
      this.remote = plainAddress(socket.remoteAddress!)
      this.local = plainAddress(socket.localAddress!)
      this.#orFail(() => {
        check(this.name, this.remote)
        this.#channel.send({ type: 'hello', protocol: PROTOCOL, nonce: this.#nonces.chief })
      })
    })
  }

  async has(files: readonly FileFacts[]): Promise<boolean> {
    for (let at = 0; at < files.length; at += SENDING.files) {
      this.#channel.send({ type: 'look', files: files.slice(at, at + SENDING.files) })
      const answer = await this.#next()
      if (answer.type !== 'seen') throw this.#broken(UNEXPECTED)
      if (!answer.has) return false
    }
    return true
  }

  async offer({ sha256, bytes }: OfferedPack): Promise<number> {
    this.#channel.send({ type: 'offer', pack: sha256, bytes })
    const there = await this.#wanted(bytes)
    if (there === 'damaged') throw this.#broken(UNEXPECTED)
    return there
  }

  async send({ bytes, read }: OfferedPack, from: number, { progress, signal }: Sending): Promise<void> {
    let [done, sent, attempts] = [from, from, 1]
    while (done < bytes) {
      while (sent < bytes && sent < done + SENDING.unanswered) {
        const piece = await read(sent, Math.min(SENDING.piece, bytes - sent))
        signal.throwIfAborted()
        this.#channel.send({ type: 'piece', follow: piece.length }, piece)
        sent += piece.length
      }
      const there = await this.#wanted(sent)
      signal.throwIfAborted()
      if (there === 'damaged') {
        if (attempts++ === MOST_ATTEMPTS) {
          throw new UserError(`Host ${this.name} has got the data damaged ${MOST_ATTEMPTS} times.`)
        }
        sent = 0
      }
      done = there === 'damaged' ? 0 : there
      progress(done)
    }
  }

  async prepare(): Promise<number> {
    const ready = new Promise<number>((resolve) => {
      this.#ready = resolve
    })
    this.#channel.send({ type: 'prepare' })
    return Promise.race([ready, this.#rejected()])
  }

  start(task: RankTask): Promise<TrainingEnd> {
    const ended = new Promise<TrainingEnd>((resolve) => {
      this.#ended = resolve
    })
    this.#channel.send({ type: 'start', task })
    return ended
  }

  async stop(): Promise<void> {
    this.#ended = () => {}
    const stopped = new Promise<void>((resolve) => {
      this.#stopped = resolve
    })
    this.#channel.send({ type: 'stop' })
    await Promise.race([stopped, this.lost])
  }

  close(): void {
    this.#channel.close('the run is over')
  }

  async #rejected(): Promise<never> {
    throw new Error(await this.lost)
  }

  /** The number of bytes that are there, of so many that may be. */
  async #wanted(most: number): Promise<number | 'damaged'> {
    const answer = await this.#next()
    if (answer.type === 'damaged') return 'damaged'
    if (answer.type === 'cannot') throw new UserError(`Host ${this.name}: ${answer.words}`)
    if (answer.type !== 'want' || answer.from > most) throw this.#broken(UNEXPECTED)
    return answer.from
  }

  /** Waits for an answer. Of several that have come, the newest counts. */
  async #next(): Promise<Answer> {
    while (this.#answer === null) {
      if (this.isLost) await this.#rejected()
      await new Promise<void>((resolve) => {
        this.#answered = resolve
      })
    }
    const answer = this.#answer
    this.#answer = null
    return answer
  }

  /** Ends the connection, and returns the error that says why. */
  #broken(why: string): Error {
    this.#channel.close(why)
    return new Error(why)
  }

  /** Does what a message asks for. An error ends the connection. */
  #orFail(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.greeting.failed(error as Error)
      this.#channel.close(reasonOf(error))
    }
  }

  #hear(message: WorkerMessage): void {
    switch (message.type) {
      case 'challenge':
        this.#prove(message)
        break
      case 'refused':
        throw new RefusedError(this.name, message.because, message.words)
      case 'welcome':
        this.#believe(message)
        break
      default:
        this.#obey(message)
    }
  }

  #prove({ protocol, nonce }: Extract<WorkerMessage, { type: 'challenge' }>): void {
    const { token, version, host } = this.options
    if (protocol !== PROTOCOL || this.#nonces.worker !== '') throw new Error(UNEXPECTED)
    this.#nonces = { ...this.#nonces, worker: nonce }
    this.#channel.send({ type: 'prove', proof: proofOf(token, 'chief', this.#nonces), version, host })
  }

  #believe({ proof, version }: Extract<WorkerMessage, { type: 'welcome' }>): void {
    const { token, version: own } = this.options
    if (this.#isWelcome || this.#nonces.worker === '' || !isProof(proof, token, 'worker', this.#nonces)) {
      throw new UserError(`Host ${this.name} does not know the token, so it is not used.`)
    }
    if (version !== own) throw new UserError(`Host ${this.name} has trainspec ${version}, not ${own}.`)
    this.#isWelcome = true
    this.#channel.trust(LIMITS.answer)
    this.greeting.welcomed()
  }

  #obey(message: Exclude<WorkerMessage, { type: 'challenge' | 'refused' | 'welcome' }>): void {
    if (!this.#isWelcome) throw new Error(UNEXPECTED)
    if (message.type === 'ready') this.#ready(message.port)
    else if (message.type === 'ended') this.#ended(message)
    else if (message.type === 'stopped') this.#stopped()
    else if (message.type !== 'beat') {
      this.#answer = message
      this.#answered()
    }
  }
}
