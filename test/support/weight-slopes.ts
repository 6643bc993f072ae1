/** Slopes of a function of the weights, measured in float64. */

/** Weights by name. */
export type Values = Readonly<Record<string, ArrayLike<number>>>

/** Central differences of a function of the weights, weight by weight. */
export function slopes(f: (weights: Values) => number, weights: Readonly<Record<string, Float32Array>>) {
  const STEP = 1e-5
  return Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [
      name,
      Array.from(values, (value, at) => {
        const moved = (by: number) => f({ ...weights, [name]: Array.from(values).with(at, value + by) })
        return (moved(STEP) - moved(-STEP)) / (2 * STEP)
      }),
    ]),
  )
}
