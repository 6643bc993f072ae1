/** Writes rows of a table into a file, one after another. */
import type { Field, Named, Numbers } from '../../base/field.js'
import { layoutOf, RowBuffer } from './row-layout.js'

/** Bytes that are written at a time, unless a row has more. */
const AT_ONCE = 2 ** 20

/** Writes bytes to a position of a file. */
export type WriteAt = (bytes: Uint8Array, position: number) => Promise<void>

export class RowWriter {
  readonly #layout
  readonly #capacity: number
  readonly #room: RowBuffer
  #filled = 0

  /** `position` is that of the first row. */
  constructor(
    fields: Named<Field>,
    private readonly write: WriteAt,
    private position: number,
  ) {
    this.#layout = layoutOf(fields)
    this.#capacity = Math.max(1, Math.floor(AT_ONCE / this.#layout.rowBytes))
    this.#room = new RowBuffer(this.#capacity * this.#layout.rowBytes)
  }

  /** Adds the rows of these arrays that have these indices. */
  async add(arrays: Named<Numbers>, indices: Uint32Array): Promise<void> {
    for (let done = 0; done < indices.length; ) {
      const some = indices.subarray(done, done + this.#capacity - this.#filled)
      for (const { name, dtype, width, at, stride } of this.#layout.cells) {
        const [values, out] = [arrays[name]!, this.#room.as(dtype)]
        for (let index = 0; index < some.length; index++) {
          const from = some[index]! * width
          const to = at + (this.#filled + index) * stride
          for (let offset = 0; offset < width; offset++) out[to + offset] = values[from + offset]!
        }
      }
      this.#filled += some.length
      done += some.length
      if (this.#filled === this.#capacity) await this.flush()
    }
  }

  /** Writes what was added. */
  async flush(): Promise<void> {
    const bytes = this.#room.bytes.subarray(0, this.#filled * this.#layout.rowBytes)
    await this.write(bytes, this.position)
    this.position += bytes.length
    this.#filled = 0
  }
}
