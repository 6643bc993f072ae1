/** One WebAssembly memory that holds state, gradients, batches and noise side by side, so that kernels reach all of it. */
import { formatBytes } from '../../../base/bytes.js'
import { UserError } from '../../../base/issue.js'

const ALIGNMENT = 64
const PAGE = 65536
/** Addresses have 32 bits. */
const MOST_PAGES = 65536

/** Lays arrays out one after another; the memory is made when all are known, because growing it would move every view. */
export class ArenaPlan {
  /** Address 0 stays free, so that a forgotten pointer is not a valid one. */
  #bytes = ALIGNMENT
  readonly #places = new Map<string, number>()

  /** Room for this many bytes: its address. The same name gets the same place. */
  reserve(name: string, bytes: number): number {
    const known = this.#places.get(name)
    if (known !== undefined) return known
    const address = this.#bytes
    this.#bytes += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
    this.#places.set(name, address)
    return address
  }

  find(name: string): number {
    const address = this.#places.get(name)
    if (address === undefined) throw new Error(`internal: the arena has no place for ${name}`)
    return address
  }

  has(name: string): boolean {
    return this.#places.has(name)
  }

  /** Of all that has a place. */
  get bytes(): number {
    return this.#bytes
  }

  /** Memory that threads share. */
  allocate(): WebAssembly.Memory {
    const pages = Math.ceil(this.#bytes / PAGE)
    if (pages > MOST_PAGES) {
      throw new UserError(
        `This model with this fit.batch_size takes ${formatBytes(this.#bytes)} of memory in one piece; ${formatBytes(MOST_PAGES * PAGE)} can be had.`,
      )
    }
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  }
}
