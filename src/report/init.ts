/** The words of `train init`: the data in short, then what to do next. */
import { basename, extname } from 'node:path'
import { firstNames } from '../base/first-names.js'
import { visible } from '../base/visible.js'
import type { DataReport } from '../export/data-report.js'
import { columnLines } from './data-columns.js'
import { tableLines, wrapped } from './table.js'

const WIDTH = 80

/** The columns of a table; nothing for a folder, whose spec is known already. */
export const lookLines = ({ rows, columns, data }: DataReport): string[] =>
  rows === null
    ? [`${visible(data)}: ${(columns[0]?.rows ?? 0).toLocaleString('en')} rows`, ...columnLines(columns, WIDTH)]
    : []

interface Written {
  /** Path of the spec. */
  readonly place: string
  readonly files: readonly string[]
}

export function nextLines({ rows, targets, columns, warnings }: DataReport, { place, files }: Written): string[] {
  const inputs = columns.filter(({ use }) => use === 'input').length
  const left = columns.filter(({ use, why }) => use === 'none' && why !== null)
  const [target] = targets
  const classes = target && target.classes.length > 0 ? `, one of ${target.classes.length} classes` : ''
  const parts = rows
    ? `${counted(rows.train)} rows to train, ${counted(rows.validation)} to validate, ${counted(rows.test)} to test`
    : ''
  const spec = word(place)
  const run = `runs/${basename(place, extname(place))}/1`
  const steps = [
    [`train ${spec}`, 'train; results go to a new folder in runs'],
    [`train plot ${word(run)} --term`, 'see how it learned'],
    [`train evaluate ${word(run)}`, 'measure the model on the test rows'],
    [`train predict ${word(run)} ${files.map(word).join(' ')}`, 'predict; name a file with new rows'],
  ]
  return [
    ...wrapped(
      `Wrote ${visible(place)}: predicts ${visible(target?.name ?? 'the target')}${classes}, from ${inputs} column${inputs === 1 ? '' : 's'}; ${parts}.`,
      '',
      WIDTH,
    ),
    ...(left.length > 0
      ? wrapped(
          `Left out: ${firstNames(
            left.map(({ name, why }) => `${visible(name)} (${visible(why!)})`),
            MOST_LEFT,
          )}.`,
          '',
          WIDTH,
        )
      : []),
    ...warnings.flatMap(({ message }) => wrapped(`Look at: ${visible(message)}`, '', WIDTH)),
    '',
    'Next:',
    ...tableLines(
      steps.map(([line, effect]) => [`  ${visible(line!)}`, `# ${effect}`]),
      'll',
    ),
  ]
}

/** Columns that are named. */
const MOST_LEFT = 5

const counted = (count: number): string => count.toLocaleString('en')

/** A word for a shell. */
const word = (text: string): string => (/^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
