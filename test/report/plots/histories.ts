/** Histories for pictures. */
import type { History } from '../../../src/export/history.js'
import type { PlottedRun } from '../../../src/report/plots/curves.js'

/** A history with these measures; each has one value an epoch. */
export const historyOf = (metrics: History['metrics'], changes: Partial<History> = {}): History => {
  const epochs = Object.values(metrics)[0]!.length
  return {
    ...{ version: 1, name: 'run', seed: 1, engine: 'onnx', device: 'cpu', precision: 'float32', processors: 2 },
    ...{ versions: {}, started: '2026-01-01T00:00:00.000Z', total_seconds: 1, warnings: [], start: null },
    ...{ samples: 10, validation_samples: 0, epochs, metrics },
    ...{ learning_rate: new Array(epochs).fill(0.001), seconds: new Array(epochs).fill(1), best: null },
    ...{ restored_best_weights: false, stop: { reason: 'completed' }, test: null, expectations: [] },
    ...changes,
  }
}

export const runOf = (
  metrics: History['metrics'],
  changes: Partial<History> & { readonly label?: string; readonly family?: string } = {},
): PlottedRun => {
  const { label = 'runs/run/1', family = null, ...history } = changes
  return { label, history: historyOf(metrics, history), family }
}

/** A loss that falls, with the loss of validation above it. */
export const falling = (epochs: number, speed = 4): History['metrics'] => {
  const loss = Array.from({ length: epochs }, (_, epoch) => 2 * Math.exp(-epoch / speed) + 0.05)
  return { loss, val_loss: loss.map((value, epoch) => value + 0.1 + epoch * 1e-4) }
}
