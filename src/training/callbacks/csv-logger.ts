/** Writes one row per epoch, byte for byte as keras/src/callbacks/csv_logger.py of Keras 3 and Python's `csv` do. */
import { pythonFloat } from '../../base/python-format.js'
import type { Metrics } from '../events.js'
import type { Callback } from './callback.js'

export interface CsvLoggerOptions {
  readonly filename: string
  readonly separator: string
}

/** `withLearningRate`: a callback before this one logs the learning rate. Only then does Keras' logger see it. */
export function csvLogger({ filename: path, separator }: CsvLoggerOptions, withLearningRate: boolean): Callback<null> {
  const row = (cells: readonly string[]) => `${cells.join(separator)}\r\n`
  const tableOf = (keys: readonly string[]) => {
    const columns = columnsOf([...keys, ...(withLearningRate ? ['learning_rate'] : [])])
    return { columns, header: row(['epoch', ...columns]) }
  }
  return {
    initial: null,
    // this reports a file that cannot be written or has other columns at once, not only after the first epoch
    onBegin: (keys) => [{ type: 'appendText', path, header: tableOf(keys).header, text: '' }],
    onEpochEnd(state, { epoch, metrics, learningRate }, { keys }) {
      const { columns, header } = tableOf(keys)
      const logs: Metrics = { ...metrics, ...(withLearningRate && { learning_rate: learningRate }) }
      const cells = columns.map((key) => (logs[key] === undefined ? 'NA' : pythonFloat(logs[key])))
      const text = row([String(epoch - 1), ...cells])
      return { state, actions: [{ type: 'appendText', path, header, text }] }
    },
  }
}

/** Columns sorted by name. As in Keras, there are columns of validation even without validation; they contain `NA`. */
function columnsOf(keys: readonly string[]): string[] {
  const sorted = keys.toSorted()
  return sorted.some((key) => key.startsWith('val_')) ? sorted : [...sorted, ...sorted.map((key) => `val_${key}`)]
}
