/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder's reflections to a tridiagonal matrix, then the QL
 * method with implicit shifts (Martin, Reinsch and Wilkinson, 1968; Bowdler, Martin, Reinsch and Wilkinson, 1968).
 */
import { type MatrixMemory, type Place, strideOf } from './matrix.js'

export interface Eigen {
  /** In no order. */
  readonly values: Float64Array
  /** Rows of `strideOf(width)` elements, one for each value. */
  readonly vectors: Place
}

/** Bytes that `eigenOf` takes. */
export const eigenBytes = (width: number): number => 8 * (strideOf(width) * (width + 4) + 3 * TURNS)

/** Rotations that are kept before they are applied, so that columns stay in a cache. */
const TURNS = 2 ** 17

/** Overwrites the matrix, of which only the lower triangle is read. */
export function eigenOf(memory: MatrixMemory, matrix: Place, width: number): Eigen {
  const { kernels } = memory
  const stride = strideOf(width)
  const vectors = memory.floats(stride * width)
  const [diagonal, before, halves, room] = [0, 1, 2, 3].map(() => memory.floats(stride)) as [Place, Place, Place, Place]
  kernels.tridiagonalize(matrix.at, diagonal.at, before.at, halves.at, room.at, width, stride)
  for (let i = 0; i < width; i++) vectors.values[i * stride + i] = 1
  kernels.accumulate(vectors.at, matrix.at, halves.at, width, stride)
  const values = diagonal.values.subarray(0, width)
  iterate(values, before.values, rotations(memory, vectors, stride))
  return { values, vectors }
}

interface Rotations {
  /** Begins a sweep over the pairs (i, i + 1) from the first i down to the last. */
  sweep(first: number, last: number): void
  turn(cosine: number, sine: number): void
  end(): void
}

/** Collects rotations of rows, and applies many of them at once. */
function rotations({ kernels, integers, floats }: MatrixMemory, vectors: Place, stride: number): Rotations {
  const bounds = integers(2 * TURNS)
  const turns = floats(2 * TURNS)
  let [sweeps, count] = [0, 0]
  const end = () => {
    kernels.rotate(vectors.at, bounds.at, turns.at, sweeps, stride)
    sweeps = 0
    count = 0
  }
  return {
    sweep(first, last) {
      if (count + first - last + 1 > TURNS) end()
      bounds.values[2 * sweeps] = first
      bounds.values[2 * sweeps + 1] = last
      sweeps++
    },
    turn(cosine, sine) {
      turns.values[2 * count] = cosine
      turns.values[2 * count + 1] = sine
      count++
    },
    end,
  }
}

/** Turns the diagonal of a tridiagonal matrix into its eigenvalues. `before` has the elements before the diagonal. */
function iterate(diagonal: Float64Array, before: Float64Array, { sweep, turn, end }: Rotations): void {
  const width = diagonal.length
  const next = Float64Array.from({ length: width }, (_, i) => (i + 1 < width ? before[i + 1]! : 0))
  let [shift, largest] = [0, 0]
  for (let l = 0; l < width; l++) {
    largest = Math.max(largest, Math.abs(diagonal[l]!) + Math.abs(next[l]!))
    const least = Number.EPSILON * largest
    let m = l
    while (m + 1 < width && Math.abs(next[m]!) > least) m++
    while (m > l && Math.abs(next[l]!) > least) {
      const half = (diagonal[l + 1]! - diagonal[l]!) / (2 * next[l]!)
      const root = half + (half < 0 ? -1 : 1) * Math.hypot(half, 1)
      const old = diagonal[l]!
      diagonal[l] = next[l]! / root
      diagonal[l + 1] = next[l]! * root
      const second = diagonal[l + 1]!
      const own = old - diagonal[l]!
      for (let i = l + 2; i < width; i++) diagonal[i]! -= own
      shift += own
      sweep(m - 1, l)
      let p = diagonal[m]!
      let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0]
      const beyond = next[l + 1]!
      for (let i = m - 1; i >= l; i--) {
        c3 = c2
        c2 = c
        s2 = s
        const g = c * next[i]!
        const h = c * p
        const r = Math.hypot(p, next[i]!)
        next[i + 1] = s * r
        s = next[i]! / r
        c = p / r
        p = c * diagonal[i]! - s * g
        diagonal[i + 1] = h + s * (c * g + s * diagonal[i]!)
        turn(c, s)
      }
      p = (-s * s2 * c3 * beyond * next[l]!) / second
      next[l] = s * p
      diagonal[l] = c * p
    }
    diagonal[l]! += shift
    next[l] = 0
  }
  end()
}
