/** The history in the long form that plotting tools group by column: one value a row. */
import { quotedCell } from '../base/csv-cell.js'
import type { EpochEndEvent } from '../training/events.js'
import { csvNumber } from './history-rows.js'
import { splitsOf } from './history-splits.js'

export const tidyHeader = 'epoch,split,metric,value\n'

/** A row for each number of an epoch; the clock, which differs from run to run, is last. */
export const tidyRows = ({ epoch, metrics, learningRate, seconds }: EpochEndEvent): string =>
  [
    ...splitsOf(metrics),
    { metric: 'learning_rate', split: 'training', value: learningRate },
    { metric: 'seconds', split: 'training', value: seconds },
  ]
    .map(({ metric, split, value }) => `${epoch},${split},${quotedCell(metric)},${csvNumber(value)}\n`)
    .join('')
