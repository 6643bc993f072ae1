/** The chief's connection to a worker. */
import { connect } from 'node:net'
import { UserError } from '../base/issue.js'
import { reasonOf } from '../base/reason.js'
import { addressText, type HostAddress, plainAddress } from './address.js'
import { type Channel, openChannel, TIMING, type Timing, UNEXPECTED } from './channel.js'
import {
  type ChiefMessage,
  LIMITS,
  PROTOCOL,
  type RankTask,
  type Refusal,
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
  /** Asks for a free port. Rejects if the connection is lost. */
  prepare(): Promise<number>
  /** Starts a training process there. Resolves when it has ended by itself; never, if it is stopped or lost. */
  start(task: RankTask): Promise<TrainingEnd>
  /** Kills the training process there, if there is one. Resolves when it is gone, or when the connection is lost. */
  stop(): Promise<void>
  close(): void
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
  }
}
