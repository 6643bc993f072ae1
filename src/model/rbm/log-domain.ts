/** Functions and sums of numbers stored as logarithms. */

/** log(1 + e^x), without overflow. */
export const softplus = (x: number): number => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)))

/** 1 / (1 + e^-x), without overflow, and precise at both ends. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const small = Math.exp(x)
  return small / (1 + small)
}

/** Logarithm of a sum whose terms are added one by one, as logarithms. */
export class LogSum {
  #largest = Number.NEGATIVE_INFINITY
  #scaled = 0

  add(term: number): void {
    if (term <= this.#largest) {
      this.#scaled += term === Number.NEGATIVE_INFINITY ? 0 : Math.exp(term - this.#largest)
    } else {
      this.#scaled = this.#scaled * Math.exp(this.#largest - term) + 1
      this.#largest = term
    }
  }

  get value(): number {
    return this.#largest + Math.log(this.#scaled)
  }
}
