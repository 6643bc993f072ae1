/**
 * Arrays for the pictures of one sample, which the next sample uses again: making and freeing arrays takes as long as
 * changing small pictures. Each thread has its own.
 */

interface Kept {
  readonly arrays: Float32Array[]
  used: number
}

const kept = new Map<number, Kept>()
let isOpen = false

/** Does the work of one sample. Arrays that `zeros` returns during it are lost after it. */
export function withScratch<Result>(work: () => Result): Result {
  for (const one of kept.values()) one.used = 0
  isOpen = true
  try {
    return work()
  } finally {
    isOpen = false
  }
}

/** Returns an array of zeros; outside of `withScratch` a new one. */
export function zeros(length: number): Float32Array {
  if (!isOpen) return new Float32Array(length)
  let one = kept.get(length)
  if (!one) {
    one = { arrays: [], used: 0 }
    kept.set(length, one)
  }
  const array = one.arrays[one.used++]
  if (array) return array.fill(0)
  const made = new Float32Array(length)
  one.arrays.push(made)
  return made
}
