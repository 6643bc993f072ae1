/** Compares monitored values: keras/src/callbacks/monitor_callback.py of Keras 3. */

/**
 * Returns a function that tells whether a value improves on the best one so far. As in Keras, `minDelta` is subtracted
 * in float64, then float32 numbers are compared. If `best` is null, any number is an improvement. NaN never is; in
 * Keras a first NaN stays the best forever.
 */
export function improvement(mode: 'min' | 'max', minDelta: number): (value: number, best: number | null) => boolean {
  const towardWorse = mode === 'max' ? -Math.abs(minDelta) : Math.abs(minDelta)
  return (value, best) => {
    if (best === null) return !Number.isNaN(value)
    const [a, b] = [Math.fround(value + towardWorse), Math.fround(best)]
    return mode === 'max' ? a > b : a < b
  }
}
