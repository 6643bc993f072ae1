/** Whether a monitored value is better: keras/src/callbacks/monitor_callback.py of Keras 3. */

/**
 * As in Keras: `minDelta` is taken off in float64, then float32 numbers are compared. Any number improves on nothing, and NaN
 * never improves; in Keras a first NaN is the best for good.
 */
export function improvement(mode: 'min' | 'max', minDelta: number): (value: number, best: number | null) => boolean {
  const towardWorse = mode === 'max' ? -Math.abs(minDelta) : Math.abs(minDelta)
  return (value, best) => {
    if (best === null) return !Number.isNaN(value)
    const [a, b] = [Math.fround(value + towardWorse), Math.fround(best)]
    return mode === 'max' ? a > b : a < b
  }
}
