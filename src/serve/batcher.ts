/** Computes the rows of several requests in one step. */
import { setImmediate as immediately } from 'node:timers/promises'
import type { Field, Named, Numbers } from '../base/field.js'
import { sizeOf } from '../base/shape.js'
import { roomFor } from '../data/table.js'
import type { AnswerValues } from '../run/answers.js'
import type { Predictor } from '../run/predictor.js'

/** Rows that wait for answers. */
interface Job {
  readonly arrays: Named<Numbers>
  readonly count: number
  /** Number of rows that have answers. */
  done: number
  readonly found: Record<string, Float32Array>
  resolve(answers: AnswerValues): void
  reject(error: unknown): void
}

/**
 * Each step takes rows of all jobs that wait, in their order. What is left of a job goes behind the others, so that many
 * rows do not keep few from being answered.
 */
export class Batcher {
  readonly #jobs: Job[] = []
  #isWorking = false
  readonly #room: Named<Numbers>
  readonly #widths: Named<number>

  /** `sizes`: numbers of rows that steps have, in rising order. */
  constructor(
    private readonly predictor: Predictor,
    fields: Named<Field>,
    private readonly sizes: readonly number[],
  ) {
    this.#room = roomFor(fields, this.#most)
    this.#widths = Object.fromEntries(Object.entries(fields).map(([key, { shape }]) => [key, sizeOf(shape)]))
  }

  get #most(): number {
    return this.sizes.at(-1)!
  }

  /** Answers the first `count` rows of arrays, which are copied. */
  predict(arrays: Named<Numbers>, count: number): Promise<AnswerValues> {
    const own = Object.entries(this.#widths).map(([key, width]) => [key, arrays[key]!.slice(0, count * width)] as const)
    const { answers } = this.predictor
    const found = answers.map(({ name, shape }) => [name, new Float32Array(count * sizeOf(shape))] as const)
    const rows = { arrays: Object.fromEntries(own), count, done: 0, found: Object.fromEntries(found) }
    return new Promise((resolve, reject) => {
      this.#jobs.push({ ...rows, resolve, reject })
      if (!this.#isWorking) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#isWorking = true
    while (this.#jobs.length > 0) {
      // requests that have come by now are read before the step
      await immediately()
      await this.#step()
    }
    this.#isWorking = false
  }

  async #step(): Promise<void> {
    const parts: { readonly job: Job; readonly at: number; readonly count: number }[] = []
    let filled = 0
    while (filled < this.#most && this.#jobs.length > 0) {
      const job = this.#jobs.shift()!
      const count = Math.min(job.count - job.done, this.#most - filled)
      for (const [key, width] of Object.entries(this.#widths)) {
        const some = job.arrays[key]!.subarray(job.done * width, (job.done + count) * width)
        this.#room[key]!.set(some, filled * width)
      }
      parts.push({ job, at: filled, count })
      filled += count
    }
    try {
      const values = await this.predictor.predict(this.#room, filled, this.sizes)
      for (const { job, at, count } of parts) this.#answer(job, values, at, count)
    } catch (error) {
      for (const { job } of parts) job.reject(error)
    }
  }

  #answer(job: Job, values: AnswerValues, at: number, count: number): void {
    for (const { name, shape } of this.predictor.answers) {
      const width = sizeOf(shape)
      job.found[name]!.set(values[name]!.subarray(at * width, (at + count) * width), job.done * width)
    }
    job.done += count
    if (job.done === job.count) job.resolve(job.found)
    else this.#jobs.push(job)
  }
}
