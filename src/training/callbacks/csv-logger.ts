/** A row an epoch, to the byte as keras/src/callbacks/csv_logger.py of Keras 3 and Python's `csv` write it. */
import { pythonFloat } from '../../base/python-format.js'
import type { Metrics } from '../events.js'
import type { Callback } from './callback.js'

export interface CsvLoggerOptions {
  readonly filename: string
  readonly separator: string
}

/** `withLearningRate`: a callback before this one logs it, and only then Keras' logger sees it. */
export function csvLogger({ filename: path, separator }: CsvLoggerOptions, withLearningRate: boolean): Callback {
  let keys: readonly string[] | undefined
  const row = (cells: readonly string[]) => `${cells.join(separator)}\r\n`
  return {
    // the file is there from the beginning, and one that cannot be written does not wait for the end of an epoch
    onBegin: () => [{ type: 'appendText', path, header: '', text: '' }],
    onEpochEnd({ epoch, metrics, learningRate }) {
      const logs: Metrics = { ...metrics, ...(withLearningRate && { learning_rate: learningRate }) }
      keys ??= columnsOf(Object.keys(logs))
      const cells = keys.map((key) => (logs[key] === undefined ? 'NA' : pythonFloat(logs[key])))
      const text = row([String(epoch - 1), ...cells])
      return [{ type: 'appendText', path, header: row(['epoch', ...keys]), text }]
    },
    onEnd: () => [],
  }
}

/** By name; without validation there are columns for it too, which stay `NA`. */
function columnsOf(keys: readonly string[]): string[] {
  const sorted = keys.toSorted()
  return sorted.some((key) => key.startsWith('val_')) ? sorted : [...sorted, ...sorted.map((key) => `val_${key}`)]
}
