/**
 * Work shared by two threads: it is cut into chunks, and each chunk is taken by whichever thread is free. Both threads
 * run this code.
 */

/**
 * A call of a kernel, cut into chunks. Calls for different chunks differ in addresses and in the number of elements.
 */
export interface Task {
  /** Index of the kernel in the crew's list. */
  readonly kernel: number
  /** Arguments of the whole call; each chunk has its own count. */
  readonly arguments: readonly number[]
  /** Increment of each argument from chunk to chunk. */
  readonly steps: readonly number[]
  /** Index of the argument that is the number of elements. */
  readonly countAt: number
  readonly count: number
  /** Elements per chunk. */
  readonly chunk: number
}

export const chunksOf = ({ count, chunk }: Pick<Task, 'count' | 'chunk'>): number => Math.ceil(count / chunk)

// biome-ignore lint/suspicious/noExplicitAny: kernels take numbers, each its own
export type Kernel = (...values: any[]) => void

/**
 * Cells of the shared counters. TICKET packs the number of the turn and the number of chunks not yet taken; UNDONE
 * counts chunks not yet done; SOON is 1 if the next turn follows within microseconds; FAILED is 1 after an error.
 */
const TICKET = 0
const UNDONE = 1
const SOON = 2
const FAILED = 3
const COUNTERS = 4

/** Looks at the ticket before a thread sleeps although a turn should follow: less than a millisecond. */
const MOST_LOOKS = 20_000

/**
 * The ticket holds the turn above these bits. A thread that wakes late takes no chunks of a turn whose kernels it may
 * not have.
 */
const CHUNK_BITS = 16
const CHUNK_MASK = (1 << CHUNK_BITS) - 1
/** Most chunks of a turn. */
export const MOST_CHUNKS = CHUNK_MASK

export const MOST_ARGUMENTS = 24
const HEADER = 5
const TASK_NUMBERS = HEADER + 2 * MOST_ARGUMENTS
export const MOST_TASKS = 64

/** Splits work into turns that are not too large. */
export function turnsOf(tasks: readonly Task[]): Task[][] {
  const turns: Task[][] = [[]]
  let left = MOST_CHUNKS
  for (const task of tasks) {
    const chunks = chunksOf(task)
    for (let first = 0; first < chunks; ) {
      if (left === 0 || turns.at(-1)!.length === MOST_TASKS) {
        turns.push([])
        left = MOST_CHUNKS
      }
      const taken = Math.min(left, chunks - first)
      turns.at(-1)!.push(part(task, first, taken))
      first += taken
      left -= taken
    }
  }
  return turns
}

const part = (task: Task, first: number, chunks: number): Task => ({
  ...task,
  arguments: task.arguments.map((value, index) => value + first * task.steps[index]!),
  count: Math.min(chunks * task.chunk, task.count - first * task.chunk),
})

export interface Shared {
  readonly counters: SharedArrayBuffer
  readonly tasks: SharedArrayBuffer
}

export const newShared = (): Shared => ({
  counters: new SharedArrayBuffer(COUNTERS * Int32Array.BYTES_PER_ELEMENT),
  tasks: new SharedArrayBuffer(MOST_TASKS * TASK_NUMBERS * Float64Array.BYTES_PER_ELEMENT),
})

export class Chunks {
  readonly #counters: Int32Array
  readonly #numbers: Float64Array
  #turn = 0

  constructor({ counters, tasks }: Shared) {
    this.#counters = new Int32Array(counters)
    this.#numbers = new Float64Array(tasks)
  }

  /**
   * Publishes the work of a turn. All chunks of the last turn must be done. If the next turn follows soon (`soon`), the
   * other thread stays awake for it, because waking it takes longer than the work of a turn between.
   */
  offer(tasks: readonly Task[], soon = false): void {
    const numbers = this.#numbers
    let at = 0
    let total = 0
    for (const task of tasks) {
      const { kernel, countAt, count, chunk } = task
      if (task.arguments.length > MOST_ARGUMENTS) throw new Error('internal: a kernel has too many arguments')
      numbers.set([kernel, task.arguments.length, countAt, count, chunk], at)
      numbers.set(task.arguments, at + HEADER)
      numbers.set(task.steps, at + HEADER + MOST_ARGUMENTS)
      at += TASK_NUMBERS
      total += chunksOf(task)
    }
    if (total > CHUNK_MASK) throw new Error('internal: too many chunks for a turn')
    Atomics.store(this.#counters, UNDONE, total)
    Atomics.store(this.#counters, SOON, soon ? 1 : 0)
    this.#turn = (this.#turn + 1) & (CHUNK_MASK >> 1)
    Atomics.store(this.#counters, TICKET, (this.#turn << CHUNK_BITS) | total)
    Atomics.notify(this.#counters, TICKET)
  }

  /** Takes chunks of a turn and does them until none are left. */
  work(kernels: readonly Kernel[], turn = this.#turn): void {
    for (;;) {
      const ticket = Atomics.load(this.#counters, TICKET)
      const left = ticket & CHUNK_MASK
      if (left === 0 || ticket >> CHUNK_BITS !== turn) return
      // the chunk belongs to the turn in the ticket, and its tasks stay in place until it is done
      if (Atomics.compareExchange(this.#counters, TICKET, ticket, ticket - 1) !== ticket) continue
      try {
        this.#do(left - 1, kernels)
      } catch (error) {
        Atomics.store(this.#counters, FAILED, 1)
        throw error
      } finally {
        if (Atomics.sub(this.#counters, UNDONE, 1) === 1) Atomics.notify(this.#counters, UNDONE)
      }
    }
  }

  /** Sleeps until there is work, and returns the number of its turn. */
  awaitWork(): number {
    for (let looks = 0; ; looks++) {
      const ticket = Atomics.load(this.#counters, TICKET)
      if ((ticket & CHUNK_MASK) !== 0) return ticket >> CHUNK_BITS
      if (looks < MOST_LOOKS && Atomics.load(this.#counters, SOON) === 1) continue
      Atomics.wait(this.#counters, TICKET, ticket)
    }
  }

  /**
   * Waits for chunks that the other thread is doing. Returns false if that takes longer than `timeout` milliseconds.
   * Throws an internal error if a kernel has thrown.
   */
  awaitDone(timeout: number): boolean {
    for (;;) {
      const undone = Atomics.load(this.#counters, UNDONE)
      if (undone === 0) {
        if (Atomics.load(this.#counters, FAILED) === 1)
          throw new Error('internal: a kernel failed in the helper thread')
        return true
      }
      if (Atomics.wait(this.#counters, UNDONE, undone, timeout) === 'timed-out') return false
    }
  }

  #do(index: number, kernels: readonly Kernel[]): void {
    const numbers = this.#numbers
    let at = 0
    let chunkIndex = index
    for (;;) {
      const chunks = Math.ceil(numbers[at + 3]! / numbers[at + 4]!)
      if (chunkIndex < chunks) break
      chunkIndex -= chunks
      at += TASK_NUMBERS
    }
    const [kernel, length, countAt, count, chunk] = numbers.subarray(at, at + HEADER) as unknown as number[]
    const values: number[] = []
    for (let i = 0; i < length!; i++) {
      values.push(numbers[at + HEADER + i]! + chunkIndex * numbers[at + HEADER + MOST_ARGUMENTS + i]!)
    }
    values[countAt!] = Math.min(chunk!, count! - chunkIndex * chunk!)
    kernels[kernel!]!(...values)
  }
}
