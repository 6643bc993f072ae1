/** Places for arrays in one memory. Arrays that are not needed at the same time share memory. */

export interface Lifetime {
  /** The first and the last section in which it is needed. */
  readonly from: number
  readonly to: number
}

export interface PackedArray extends Lifetime {
  readonly name: string
  readonly bytes: number
}

export interface Packed {
  /** Offset of each array, in bytes. */
  readonly places: ReadonlyMap<string, number>
  /** Size of the whole. */
  readonly bytes: number
}

const ALIGNMENT = 64

/** Puts the largest arrays first, each at the lowest place where no other is that is needed at the same time. */
export function packed(arrays: readonly PackedArray[]): Packed {
  const placed: { readonly array: PackedArray; readonly begin: number; readonly end: number }[] = []
  for (const array of arrays.toSorted((a, b) => b.bytes - a.bytes)) {
    const size = Math.ceil(array.bytes / ALIGNMENT) * ALIGNMENT
    const others = placed
      .filter((other) => other.array.from <= array.to && array.from <= other.array.to)
      .sort((a, b) => a.begin - b.begin)
    let begin = 0
    for (const other of others) {
      if (other.begin >= begin + size) break
      begin = Math.max(begin, other.end)
    }
    placed.push({ array, begin, end: begin + size })
  }
  return {
    places: new Map(placed.map(({ array, begin }) => [array.name, begin])),
    bytes: placed.reduce((most, { end }) => Math.max(most, end), 0),
  }
}
