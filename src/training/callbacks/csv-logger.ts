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
  let header = ''
  let columns: readonly string[] = []
  const row = (cells: readonly string[]) => `${cells.join(separator)}\r\n`
  return {
    // a file that cannot be written, or has other columns, does not wait for the end of an epoch
    onBegin(keys) {
      columns = columnsOf([...keys, ...(withLearningRate ? ['learning_rate'] : [])])
      header = row(['epoch', ...columns])
      return [{ type: 'appendText', path, header, text: '' }]
    },
    onEpochEnd({ epoch, metrics, learningRate }) {
      const logs: Metrics = { ...metrics, ...(withLearningRate && { learning_rate: learningRate }) }
      const cells = columns.map((key) => (logs[key] === undefined ? 'NA' : pythonFloat(logs[key])))
      const text = row([String(epoch - 1), ...cells])
      return [{ type: 'appendText', path, header, text }]
    },
    onEnd: () => [],
  }
}

/** By name; without validation there are columns for it too, which stay `NA`. */
function columnsOf(keys: readonly string[]): string[] {
  const sorted = keys.toSorted()
  return sorted.some((key) => key.startsWith('val_')) ? sorted : [...sorted, ...sorted.map((key) => `val_${key}`)]
}
