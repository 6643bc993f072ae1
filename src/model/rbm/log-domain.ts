/** Functions and sums of numbers stored as logarithms. */

/** log(1 + e^x), without overflow. */
export const softplus = (x: number): number => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)))

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
