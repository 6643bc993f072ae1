/** Memory that is used again, so that work on one piece of data after another makes no garbage. */
export class Room {
  #bytes = new Uint8Array(0)

  /** Returns an array with the values of the last use. It lasts until the next call. */
  array<Values>(type: ArrayType<Values>, length: number): Values {
    const bytes = length * type.BYTES_PER_ELEMENT
    if (bytes > this.#bytes.length) this.#bytes = new Uint8Array(bytes)
    return new type(this.#bytes.buffer, 0, length)
  }
}

interface ArrayType<Values> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer, position: number, length: number): Values
}
