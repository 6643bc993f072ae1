/** Sums of the outputs of batches, in float64, so that values over an epoch are exact. */
import type { Named } from '../base/field.js'
import type { Outputs } from '../engine/engine.js'
import type { Measured } from '../program/measured.js'

/** The sums over some samples, by the names of outputs. */
export interface Sums {
  readonly samples: number
  readonly outputs: Named<Float64Array>
}

export const NO_SUMS: Sums = { samples: 0, outputs: {} }

export class Totals {
  #samples: number
  readonly #sums: Map<string, Float64Array>
  readonly #outputs: ReadonlySet<string>

  /** Goes on from sums, which stay as they are. */
  constructor(
    private readonly measured: readonly Measured[],
    { samples, outputs }: Sums = NO_SUMS,
  ) {
    this.#outputs = new Set(measured.flatMap((one) => one.outputs))
    this.#samples = samples
    this.#sums = new Map(Object.entries(outputs).map(([name, sums]) => [name, sums.slice()]))
  }

  get samples(): number {
    return this.#samples
  }

  /** Adds the sums of a batch. Returns false if one of them is NaN or infinite. */
  add(outputs: Outputs, size: number): boolean {
    this.#samples += size
    let finite = true
    for (const name of this.#outputs) {
      const batch = outputs[name]
      if (batch === undefined) throw new Error(`internal: no output ${name}`)
      const total = this.#sums.get(name) ?? new Float64Array(batch.length)
      for (const [index, sum] of batch.entries()) {
        total[index]! += sum
        finite &&= Number.isFinite(sum)
      }
      this.#sums.set(name, total)
    }
    return finite
  }

  values(): Record<string, number> {
    const totalOf = (name: string) => this.#sums.get(name)!
    return Object.fromEntries(
      this.measured.map(({ key, outputs, value }) => [key, value(outputs.map(totalOf), this.#samples)]),
    )
  }

  /** A copy of the sums. */
  sums(): Sums {
    const copies = Array.from(this.#sums, ([name, sums]) => [name, sums.slice()] as const)
    return { samples: this.#samples, outputs: Object.fromEntries(copies) }
  }
}
