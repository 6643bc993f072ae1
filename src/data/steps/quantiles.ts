/**
 * Boundaries of bins with about as many values in each, by the summaries of Keras' Discretization
 * (keras/src/layers/preprocessing/discretization.py). Numbers are rounded to float32 where Keras does.
 */

/** Values in rising order, and how many values each stands for. */
interface Summary {
  readonly values: Float32Array
  readonly weights: Float32Array
}

/** Values that are summarized at a time, so that boundaries do not depend on how rows are cut into pieces. */
const BLOCK = 2 ** 20

export function quantiles(epsilon: number, blockSize = BLOCK) {
  let summary: Summary = { values: new Float32Array(0), weights: new Float32Array(0) }
  let block = new Float32Array(1024)
  let size = 0
  const summarize = () => {
    if (size > 0) summary = compressed(merged(summaryOf(block.slice(0, size), epsilon), summary), epsilon)
    size = 0
  }
  return {
    add(values: ArrayLike<number>): void {
      for (let at = 0; at < values.length; at++) {
        if (size === block.length) {
          const longer = new Float32Array(2 * size)
          longer.set(block)
          block = longer
        }
        block[size++] = values[at]!
        if (size === blockSize) summarize()
      }
    },
    /** `get_bin_boundaries`: at most `bins - 1` boundaries. */
    boundaries(bins: number): number[] {
      summarize()
      return [...compressed(summary, 1 / bins).values].slice(0, -1).slice(0, bins - 1)
    },
  }
}

function summaryOf(values: Float32Array, epsilon: number): Summary {
  values.sort()
  const step = Math.max(values.length / (1 / epsilon), 1)
  const chosen = Float32Array.from(
    { length: Math.ceil((values.length - Math.floor(step - 1)) / Math.floor(step)) },
    (_, index) => values[Math.floor(step - 1) + index * Math.floor(step)]!,
  )
  return { values: chosen, weights: new Float32Array(chosen.length).fill(step) }
}

function merged(one: Summary, other: Summary): Summary {
  const values = [...one.values, ...other.values]
  const weights = [...one.weights, ...other.weights]
  const order = [...values.keys()].toSorted((a, b) => values[a]! - values[b]!)
  return {
    values: Float32Array.from(order, (index) => values[index]!),
    weights: Float32Array.from(order, (index) => weights[index]!),
  }
}

/** Interpolates the values below which each share of the weight lies, `epsilon` apart. */
function compressed({ values, weights }: Summary, epsilon: number): Summary {
  if (values.length * epsilon < 1) return { values, weights }
  let sum = 0
  const sums = weights.map((weight) => (sum = Math.fround(sum + weight)))
  const shares = sums.map((one) => one / sum)
  const wanted = Array.from({ length: Math.ceil(1 / epsilon) }, (_, index) => epsilon + index * epsilon)
  const until = wanted.map((share) => interpolated(share, shares, sums))
  return {
    values: Float32Array.from(wanted, (share) => interpolated(share, shares, values)),
    weights: Float32Array.from(until, (total, index) => total - (until[index - 1] ?? 0)),
  }
}

/** NumPy's `interp` for rising `xs`. */
function interpolated(x: number, xs: Float32Array, ys: Float32Array): number {
  if (x <= xs[0]!) return ys[0]!
  const last = xs.length - 1
  if (x >= xs[last]!) return ys[last]!
  let [low, high] = [0, last]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (xs[middle]! <= x) low = middle
    else high = middle
  }
  return ((ys[high]! - ys[low]!) / (xs[high]! - xs[low]!)) * (x - xs[low]!) + ys[low]!
}
