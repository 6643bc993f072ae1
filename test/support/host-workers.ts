/** Workers and training processes that train nothing, for tests of the control of several hosts. */
import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { HostAddress } from '../../src/hosts/address.js'
import type { Timing } from '../../src/hosts/channel.js'
import { type FileFacts, PROTOCOL, type RankTask } from '../../src/hosts/messages.js'
import { newNonce, proofOf } from '../../src/hosts/token.js'
import type { TrainingEnd, TrainingProcess } from '../../src/hosts/training-process.js'
import { type HostWorker, openWorker, type PackKeeper } from '../../src/hosts/worker.js'

/** Waits until something holds; looks often. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(5)
}

export const TOKEN = Buffer.from('a secret of many characters')
export const VERSION = '1.2.3'

/** Milliseconds. */
export const FAST: Timing = { beat: 40, silence: 400, greeting: 500 }

/** A training process that ends when the test says so. */
export class MockTraining implements TrainingProcess {
  readonly ended: Promise<TrainingEnd>
  readonly passed: string[] = []
  isKilled = false
  #end: (end: TrainingEnd) => void = () => {}

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  end(code: number | null, words = '', signal: string | null = null): void {
    this.#end({ code, signal, words })
  }

  pass(signal: NodeJS.Signals): void {
    this.passed.push(signal)
  }

  kill(): void {
    this.isKilled = true
    this.end(null, '', 'SIGKILL')
  }
}

/** Keeps one pack in memory. */
export class MemoryPacks implements PackKeeper {
  readonly whole = new Map<string, Buffer>()
  #begun = { sha256: '', bytes: 0, pieces: Buffer.alloc(0) }

  async begin(sha256: string, bytes: number): Promise<number> {
    if (this.whole.has(sha256)) return bytes
    if (this.#begun.sha256 !== sha256 || this.#begun.bytes !== bytes)
      this.#begun = { sha256, bytes, pieces: Buffer.alloc(0) }
    return this.#begun.pieces.length
  }

  async add(piece: Uint8Array): Promise<number> {
    const { sha256, bytes } = this.#begun
    const pieces = Buffer.concat([this.#begun.pieces, piece])
    if (pieces.length > bytes) throw new Error('too many bytes')
    const isRight = pieces.length < bytes || createHash('sha256').update(pieces).digest('hex') === sha256
    const isWhole = pieces.length === bytes && isRight
    if (isWhole) this.whole.set(sha256, pieces)
    this.#begun = { sha256, bytes, pieces: isRight && !isWhole ? pieces : Buffer.alloc(0) }
    return isRight ? pieces.length : 0
  }
}

export interface TestWorker {
  readonly worker: HostWorker
  readonly address: HostAddress
  /** The processes that it has started. */
  readonly tasks: readonly RankTask[]
  readonly trainings: readonly MockTraining[]
  readonly lines: readonly string[]
}

/** A worker on loopback, until the test is over. */
export async function startWorker({
  port = 0,
  version = VERSION,
  token = TOKEN,
  packs = new MemoryPacks() as PackKeeper,
  hasFiles = async (_: readonly FileFacts[]) => false,
} = {}): Promise<TestWorker> {
  const tasks: RankTask[] = []
  const trainings: MockTraining[] = []
  const lines: string[] = []
  const worker = openWorker({
    ...{ token, version, packs, hasFiles, timing: FAST },
    log: (line) => lines.push(line),
    start(task) {
      tasks.push(task)
      trainings.push(new MockTraining())
      return trainings.at(-1)!
    },
  })
  onTestFinished(() => worker.stop())
  const address = await worker.listen({ host: '127.0.0.1', port })
  return { worker, address, tasks, trainings, lines }
}

/** A connection that says what the test wants, and has what it hears. */
export class Stranger {
  readonly heard: Record<string, unknown>[] = []
  readonly closed: Promise<void>
  #waiting = () => {}

  constructor(readonly socket: Socket) {
    onTestFinished(() => void socket.destroy())
    const lines = createInterface({ input: socket }).on('line', (line) => {
      const message = JSON.parse(line)
      if (message.type === 'beat') return
      this.heard.push(message)
      this.#waiting()
    })
    // of the socket
    lines.on('error', () => {})
    this.closed = new Promise((resolve) => {
      socket.on('close', () => resolve())
    })
    socket.on('error', () => {})
  }

  say(message: object | string | Buffer): void {
    const isRaw = typeof message === 'string' || Buffer.isBuffer(message)
    this.socket.write(isRaw ? message : `${JSON.stringify(message)}\n`)
  }

  /** The next message of this type, or the one that came. */
  async hear(type: string): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.heard.find((message) => message.type === type)
      if (found) return found
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }

  /** Greets a worker as a chief does. */
  async greet({ token = TOKEN, version = VERSION, protocol = PROTOCOL } = {}): Promise<void> {
    const chief = newNonce()
    this.say({ type: 'hello', protocol, nonce: chief })
    const { nonce } = await this.hear('challenge')
    const proof = proofOf(token, 'chief', { chief, worker: String(nonce) })
    this.say({ type: 'prove', proof, version, host: 'test' })
  }
}

export const strangerTo = ({ host, port }: HostAddress): Promise<Stranger> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, host)
    socket.on('error', reject)
    socket.once('connect', () => resolve(new Stranger(socket)))
  })

export const task = (changes: Partial<RankTask> = {}): RankTask => ({
  name: 'mlp',
  spec: '{}',
  cluster: ['127.0.0.1:1', '127.0.0.1:2'],
  rank: 1,
  wait: 5,
  ...changes,
})
