/** A second thread with sessions of its own, which runs one half of a batch while this thread runs the other. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { Answer, Command, HalfData, HalfSession } from './half-thread.js'
import { MESSAGE, newControl, Turns } from './half-turns.js'

/** Milliseconds after which a thread is dead that had half of the work of this one. */
const PATIENCE = 600_000

export class OtherHalf {
  readonly #turns: Turns
  readonly #port: MessagePort
  readonly #worker: Worker
  readonly #fault: Promise<never>
  readonly #ended: Promise<unknown>
  #adding: Promise<unknown> = Promise.resolve()
  #sessions = 0

  constructor(memory: WebAssembly.Memory) {
    const control = newControl()
    const { port1, port2 } = new MessageChannel()
    const data: HalfData = { control, memory, port: port2 }
    this.#turns = new Turns(control)
    this.#port = port1
    this.#worker = new Worker(new URL('half-thread.js', import.meta.url), { workerData: data, transferList: [port2] })
    this.#worker.unref()
    this.#fault = new Promise((_, reject) => this.#worker.once('error', reject))
    this.#fault.catch(() => {}) // told by `add`
    this.#ended = new Promise((resolve) => this.#worker.once('exit', resolve))
  }

  /** Makes a session there, one after another: its number, for `start`. */
  add(session: HalfSession): Promise<number> {
    const added = this.#adding.then(() => this.#add(session))
    this.#adding = added.catch(() => {}) // told to who asked for it
    return added
  }

  async #add(session: HalfSession): Promise<number> {
    const answered = new Promise<Answer>((resolve) => this.#port.once('message', resolve))
    this.#tell(session)
    const { failure } = await Promise.race([answered, this.#fault])
    this.#port.unref()
    if (failure !== undefined) throw new Error(failure)
    return this.#sessions++
  }

  /** Begins a run; `finish` comes before the next one. */
  start(session: number): void {
    this.#turns.begin(session)
  }

  /** Waits for the run to end. */
  finish(): void {
    let end = this.#turns.awaitEnd(PATIENCE)
    // a process that was stopped, as by Ctrl-Z, finds the time over when it goes on
    if (end === 'never') end = this.#turns.awaitEnd(PATIENCE)
    if (end === 'well') return
    if (end === 'never') throw new Error('internal: the thread of the other half does not answer')
    const answer = receiveMessageOnPort(this.#port)?.message as Answer | undefined
    throw new Error(answer?.failure ?? 'internal: the other half of a batch failed')
  }

  /** The thread releases what it has, and ends. */
  async dispose(): Promise<void> {
    this.#worker.ref()
    this.#tell(null)
    await this.#ended
    this.#port.close()
  }

  #tell(command: Command): void {
    this.#port.postMessage(command)
    this.#turns.begin(MESSAGE)
  }
}
