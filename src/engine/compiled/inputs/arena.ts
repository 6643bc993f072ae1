/**
 * The arena: one WebAssembly memory that holds state, gradients, batches and noise, so that kernels reach all of it.
 */
import { formatBytes } from '../../../base/bytes.js'
import { UserError } from '../../../base/issue.js'

const ALIGNMENT = 64
const PAGE = 65536
/** Limit of 32-bit addresses. */
const MOST_PAGES = 65536

/**
 * Lays out arrays one after another. The memory is allocated when all are known, because growing it would move every
 * view.
 */
export class ArenaPlan {
  /** Starts after address 0, so that an uninitialized pointer is never valid. */
  #bytes = ALIGNMENT
  readonly #places = new Map<string, number>()

  /** Reserves room for this many bytes and returns its address. The same name gets the same address. */
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

  /** Total size of everything reserved. */
  get bytes(): number {
    return this.#bytes
  }

  /** Allocates the memory, shared between threads. */
  allocate(): WebAssembly.Memory {
    if (this.#bytes > MOST_PAGES * PAGE) {
      throw new UserError(
        `This model with this fit.batch_size needs ${formatBytes(this.#bytes)} of memory in one piece; at most ${formatBytes(MOST_PAGES * PAGE)} is possible.`,
      )
    }
    return sharedMemory(this.#bytes)
  }
}

/** A memory of at least so many bytes, shared between threads. */
export function sharedMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE)
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}
