/** A worker: waits for a chief, and trains as one rank of its group. One chief at a time. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { formatBytes } from '../base/bytes.js'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { reasonOf } from '../base/reason.js'
import { addressText, type HostAddress, plainAddress } from './address.js'
import { type Channel, openChannel, seconds, TIMING, type Timing, UNEXPECTED } from './channel.js'
import { freePort } from './free-port.js'
import {
  type ChiefMessage,
  chiefMessage,
  type FileFacts,
  LIMITS,
  MOST_WORDS,
  PROTOCOL,
  type RankTask,
  type Refusal,
  SENDING,
  type WorkerMessage,
} from './messages.js'
import { isProof, newNonce, proofOf, type Token } from './token.js'
import { endWords, type TrainingProcess } from './training-process.js'

export interface WorkerOptions {
  readonly token: Token
  /** Version of trainspec, which must be that of the chief. */
  readonly version: string
  /** Starts a training process. */
  start(task: RankTask): TrainingProcess
  /** True if all of these files are on this host. */
  hasFiles(files: readonly FileFacts[]): Promise<boolean>
  readonly packs: PackKeeper
  /** Hears a line for each thing that happens. */
  log(line: string): void
  readonly timing?: Timing
}

/** Keeps packs that come from a chief, by the SHA-256 of their bytes. All functions throw a UserError if the disk is full. */
export interface PackKeeper {
  /**
   * Returns how many bytes of a pack are there: all, if it is there as a whole and undamaged; those that came before a
   * connection was lost; or none. Further pieces belong to this pack.
   */
  begin(sha256: string, bytes: number): Promise<number>
  /** Adds a piece. Returns how many bytes are there: none, if the pack is whole and its bytes are not those of its name. */
  add(piece: Uint8Array): Promise<number>
}

export interface HostWorker {
  /** Begins to listen. Returns the address with its real port. Throws a UserError if that is not possible. */
  listen(address: HostAddress): Promise<HostAddress>
  /** Kills the training process, and closes all connections. */
  stop(): Promise<void>
}

/** Limit on connections at once: those of strangers last for seconds. */
const MOST_CONNECTIONS = 64

export function openWorker(options: WorkerOptions): HostWorker {
  /** The connection of the chief that has this worker. */
  let holder: Session | null = null
  /** Resolves when no training process of earlier chiefs is left. */
  let emptied: Promise<unknown> = Promise.resolve()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    const session = new Session(socket, options, async () => {
      const before = holder
      if (before !== null && !before.isOver) return before.busyWords()
      holder = session
      // the process of the chief before is killed, but may not be gone yet
      const left = emptied
      emptied = Promise.all([left, session.emptied])
      await left
      return null
    })
  })
  server.maxConnections = MOST_CONNECTIONS
  return {
    listen: (address) =>
      inWords(`listen on ${addressText(address)}`, async () => {
        server.listen(address.port, address.host)
        await once(server, 'listening')
        server.on('error', (error) => options.log(`a connection failed: ${reasonOf(error)}`))
        const { address: host, port } = server.address() as AddressInfo
        return { host, port }
      }),
    async stop() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await emptied
    },
  }
}

/** The part of the conversation in which a connection is. */
type Place = 'hello' | 'prove' | 'taking' | 'idle' | 'looking' | 'receiving' | 'running' | 'stopping'

class Session {
  readonly #channel: Channel<WorkerMessage>
  readonly #peer: string
  /** The chief's own name for its host. */
  #host = ''
  #since = new Date()
  #place: Place = 'hello'
  #nonces = { chief: '', worker: newNonce() }
  #training: TrainingProcess | null = null
  /** Bytes of pieces that are not written yet. */
  #unwritten = 0
  /** Size of the pack that is received, and when its first piece came. */
  #pack = { bytes: 0, began: 0 }
  /** Resolves when the pieces before are written. */
  #written: Promise<void> = Promise.resolve()
  isOver = false
  /** Resolves when the connection is over, nothing is written, and the training process is gone. */
  readonly emptied: Promise<void>

  /** `take` makes this session the only one; it returns why that is not possible, or null. */
  constructor(
    socket: Socket,
    private readonly options: WorkerOptions,
    private readonly take: () => Promise<string | null>,
  ) {
    this.#peer = addressText({ host: plainAddress(socket.remoteAddress ?? '?'), port: socket.remotePort ?? 0 })
    let empty = () => {}
    this.emptied = new Promise((resolve) => {
      empty = resolve
    })
    this.#channel = openChannel<ChiefMessage, WorkerMessage>(socket, {
      form: chiefMessage,
      timing: options.timing ?? TIMING,
      heard: (message, bytes) => {
        try {
          this.#hear(message, bytes)
        } catch (error) {
          this.#leave(error)
        }
      },
      closed: async (why) => {
        this.isOver = true
        const training = this.#training
        const killed = training === null ? '' : '; its training process is killed'
        this.options.log(`${this.#name()}: ${why}${killed}`)
        training?.kill()
        await training?.ended
        await this.#written
        empty()
      },
    })
  }

  busyWords(): string {
    return `busy with a run of ${this.#host} since ${this.#since.toLocaleTimeString('en-GB')}`
  }

  #name(): string {
    return this.#host === '' ? this.#peer : `${this.#host} (${this.#peer})`
  }

  #hear(message: ChiefMessage, bytes: Uint8Array): void {
    switch (message.type) {
      case 'hello':
        this.#at('hello')
        this.#challenge(message)
        break
      case 'prove':
        this.#at('prove')
        this.#judge(message).catch((error) => this.#leave(error))
        break
      // a pack that was offered may not be sent, because another host was lost meanwhile
      case 'look':
        this.#at('idle', 'receiving')
        this.#whileLooking(() => this.#look(message))
        break
      case 'offer':
        this.#at('idle', 'receiving')
        this.#whileLooking(() => this.#consider(message))
        break
      case 'piece':
        this.#at('receiving')
        this.#take(bytes)
        break
      case 'prepare':
        this.#at('idle')
        freePort()
          .then((port) => this.#channel.send({ type: 'ready', port }))
          .catch((error) => this.#leave(error))
        break
      case 'start':
        this.#at('idle')
        this.#start(message.task)
        break
      case 'stop':
        this.#at('idle', 'running')
        this.#stop()
        break
    }
  }

  /** Throws an error if a message does not come at its place in the conversation. */
  #at(...places: readonly Place[]): void {
    if (!places.includes(this.#place)) throw new Error(UNEXPECTED)
  }

  /** Ends the connection for an error. */
  #leave(error: unknown): void {
    if (error instanceof Refused) this.#channel.send({ type: 'refused', because: error.because, words: error.message })
    this.#channel.close(error instanceof Refused ? `refused: ${error.message}` : reasonOf(error))
  }

  #challenge({ protocol, nonce }: Extract<ChiefMessage, { type: 'hello' }>): void {
    if (protocol !== PROTOCOL) {
      throw new Refused('protocol', `version ${PROTOCOL} of the protocol is spoken here, not ${protocol}`)
    }
    this.#nonces = { ...this.#nonces, chief: nonce }
    this.#place = 'prove'
    this.#channel.send({ type: 'challenge', protocol: PROTOCOL, nonce: this.#nonces.worker })
  }

  async #judge({ proof, version, host }: Extract<ChiefMessage, { type: 'prove' }>): Promise<void> {
    const { token, version: own, log } = this.options
    if (!isProof(proof, token, 'chief', this.#nonces)) throw new Refused('token', 'the token is another one')
    this.#host = host
    if (version !== own) throw new Refused('version', `trainspec ${own} is there, not ${version}`)
    this.#place = 'taking'
    const problem = await this.take()
    if (this.isOver) return
    if (problem !== null) throw new Refused('busy', problem)
    this.#place = 'idle'
    this.#channel.trust(LIMITS.spec)
    this.#channel.send({ type: 'welcome', proof: proofOf(token, 'worker', this.#nonces), version: own })
    log(`${this.#name()}: connected`)
  }

  /** Does work on an answer. The chief waits for it. */
  #whileLooking(work: () => Promise<void>): void {
    this.#place = 'looking'
    this.#written = this.#written.then(() => this.#orCannot(work))
  }

  async #look({ files }: Extract<ChiefMessage, { type: 'look' }>): Promise<void> {
    const has = await this.options.hasFiles(files)
    this.#place = 'idle'
    this.#channel.send({ type: 'seen', has })
  }

  async #consider({ pack, bytes }: Extract<ChiefMessage, { type: 'offer' }>): Promise<void> {
    const from = await this.options.packs.begin(pack, bytes)
    this.#place = from === bytes ? 'idle' : 'receiving'
    this.#pack = { bytes, began: performance.now() }
    if (from === bytes) this.options.log(`${this.#name()}: ${formatBytes(bytes)} of data are here from an earlier run`)
    this.#channel.send({ type: 'want', from })
  }

  /** Writes a piece once those before it are written. */
  #take(piece: Uint8Array): void {
    this.#unwritten += piece.length
    if (this.#unwritten > SENDING.unanswered) throw new Error(UNEXPECTED)
    this.#written = this.#written.then(() => this.#orCannot(() => this.#write(piece)))
  }

  async #write(piece: Uint8Array): Promise<void> {
    // the chief is gone, or a piece before was one too many
    if (this.isOver || this.#place !== 'receiving') return
    const from = await this.options.packs.add(piece)
    const { bytes, began } = this.#pack
    this.#unwritten -= piece.length
    if (from === bytes) {
      this.#place = 'idle'
      const took = seconds(Math.round((performance.now() - began) / 100) * 100)
      this.options.log(`${this.#name()}: ${formatBytes(bytes)} of data have come within ${took}`)
    }
    this.#channel.send(from === 0 ? { type: 'damaged' } : { type: 'want', from })
  }

  /** Tells the chief if the disk is full. Any other error ends the connection. */
  async #orCannot(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof UserError)) return this.#leave(error)
      const words = reasonOf(error).slice(0, MOST_WORDS)
      this.options.log(`${this.#name()}: ${words}`)
      this.#place = 'idle'
      this.#channel.send({ type: 'cannot', words })
    }
  }

  #start(task: RankTask): void {
    const { log, start } = this.options
    if (task.rank >= task.cluster.length) throw new Error(UNEXPECTED)
    this.#since = new Date()
    const training = start(task)
    this.#training = training
    this.#place = 'running'
    log(`${this.#name()}: ${task.name} begins; this host is rank ${task.rank} of ${task.cluster.length}`)
    training.ended.then((end) => {
      log(`${this.#name()}: ${task.name} has ended (${endWords(end)})`)
      if (end.code !== 0 && end.words.trim() !== '') log(end.words.trimEnd())
      const isAsked = this.#place === 'stopping'
      this.#training = null
      this.#place = 'idle'
      this.#channel.send(isAsked ? { type: 'stopped' } : { type: 'ended', ...end })
    })
  }

  #stop(): void {
    if (this.#training === null) this.#channel.send({ type: 'stopped' })
    else {
      this.#place = 'stopping'
      this.#training.kill()
    }
  }
}

/** Why a chief is sent away. */
class Refused extends Error {
  constructor(
    readonly because: Refusal,
    words: string,
  ) {
    super(words)
  }
}
