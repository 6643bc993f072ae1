/** Runs kernels over the arena on two threads: the main thread, and a helper that sleeps between turns. */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { processors } from '../../../base/processors.js'
import { Chunks, chunksOf, type Kernel, MOST_CHUNKS, MOST_TASKS, newShared, type Task, turnsOf } from './chunks.js'
import type { ForeignCalls } from './foreign.js'
import type { AddedKernels, HelperData } from './helper-thread.js'

/** Work of this many chunks is done before a helper would wake up. */
const LEAST_CHUNKS = 2

/** Milliseconds to wait for the helper, twice. A chunk takes microseconds, so a helper that takes longer is dead. */
const HELPER_TIMEOUT = 30_000

export class Crew {
  readonly #kernels: Kernel[] = []
  readonly #added: AddedKernels[] = []
  readonly #shared = newShared()
  readonly #chunks = new Chunks(this.#shared)
  #hasHelper = processors() > 1
  /** Started by the first turn that is large enough. */
  #helper: { readonly worker: Worker; readonly port: MessagePort } | undefined

  constructor(private readonly memory: WebAssembly.Memory) {}

  /**
   * Adds a module's kernels over a memory, the arena by default, on both threads. Returns their indices in the list, in
   * the order of the names.
   */
  add(module: WebAssembly.Module, names: readonly string[], memory = this.memory): number[] {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } })
    const first = this.#kernels.length
    this.#kernels.push(...names.map((name) => exports[name] as Kernel))
    this.#tellHelper({ module, names, memory })
    return names.map((_, index) => first + index)
  }

  /**
   * Adds a kernel that calls C functions (`foreignKernel`), and the calls for the helper. `make` gets the list, whose
   * kernels it may call. Returns the index of the new one.
   */
  addForeign(make: (kernels: readonly Kernel[]) => Kernel, calls: ForeignCalls): number {
    this.#tellHelper({ calls })
    return this.#kernels.push(make(this.#kernels)) - 1
  }

  #tellHelper(added: AddedKernels): void {
    this.#added.push(added)
    this.#helper?.port.postMessage(added)
  }

  /**
   * Does all of the work, in any order, before it returns. If there is a helper, this thread first calls `meanwhile`.
   * `soon`: more work follows within microseconds, and the helper stays awake for it.
   */
  run(tasks: readonly Task[], meanwhile?: () => void, soon = false): void {
    const total = tasks.reduce((sum, task) => sum + chunksOf(task), 0)
    if (total <= LEAST_CHUNKS || !this.#hasHelper) {
      for (const task of tasks) if (task.count > 0) this.#kernels[task.kernel]!(...task.arguments)
      return
    }
    this.#helper ??= this.#startHelper()
    const turns = total <= MOST_CHUNKS && tasks.length <= MOST_TASKS ? [tasks] : turnsOf(tasks)
    for (const [index, turn] of turns.entries()) {
      this.#chunks.offer(turn, soon || index < turns.length - 1)
      if (index === 0) meanwhile?.()
      this.#chunks.work(this.#kernels)
      if (!this.#awaitHelper()) throw new Error('internal: the helper thread does not answer')
    }
  }

  /** Does a task whose chunks may take any time. */
  runLong(task: Task): void {
    if (!this.#hasHelper) {
      this.#kernels[task.kernel]!(...task.arguments)
      return
    }
    this.#helper ??= this.#startHelper()
    this.#chunks.offer([task])
    this.#chunks.work(this.#kernels)
    this.#chunks.awaitDone(Number.POSITIVE_INFINITY)
  }

  /** Waits twice, because a process that was stopped, as by Ctrl-Z, finds its timeout expired when it continues. */
  #awaitHelper(): boolean {
    return this.#chunks.awaitDone(HELPER_TIMEOUT) || this.#chunks.awaitDone(HELPER_TIMEOUT)
  }

  async dispose(): Promise<void> {
    const helper = this.#helper
    this.#hasHelper = false
    this.#helper = undefined
    helper?.port.close()
    await helper?.worker.terminate()
  }

  #startHelper() {
    const { port1: port, port2 } = new MessageChannel()
    const data: HelperData = { shared: this.#shared, port: port2 }
    const worker = new Worker(new URL('helper-thread.js', import.meta.url), { workerData: data, transferList: [port2] })
    // without the helper, this thread does all the work
    worker.once('error', () => {
      this.#hasHelper = false
    })
    worker.unref()
    port.unref()
    for (const added of this.#added) port.postMessage(added)
    return { worker, port }
  }
}
