/** Formats the report of `train data`, in 80 columns. */
import { fixed } from '../base/python-format.js'
import { visible } from '../base/visible.js'
import type { DataReport } from '../export/data-report.js'
import { columnLines } from './data-columns.js'
import { formatMilliseconds } from './numbers.js'
import { short } from './short-number.js'
import { cut, tableLines, wrapped } from './table.js'

const WIDTH = 80

export interface DataOptions {
  /** Path of the spec that was written; null if none was. */
  readonly written: string | null
  /** The operands of the command. */
  readonly files: readonly string[]
}

export function dataLines(report: DataReport, options: DataOptions): string[] {
  return [
    ...headLines(report),
    '',
    ...columnLines(report.columns, WIDTH),
    ...report.targets.flatMap((target) => ['', ...targetLines(target)]),
    ...fieldLines(report),
    ...sampleLines(report),
    ...textLines(report),
    ...firstLines(report),
    ...repeatLines(report),
    ...warningLines(report),
    ...proposalLines(report, options),
  ]
}

function headLines({ data, rows, dropped, split, columns, batch, first }: DataReport): string[] {
  if (!rows) return [`${visible(data)}: ${some(columns[0]?.rows ?? 0, 'row')}, ${some(columns.length, 'column')}.`]
  const without = dropped > 0 ? `; ${counted(dropped)} rows with gaps are left out` : ''
  const time = batch ? ` A batch of ${batch.size} takes ${formatMilliseconds(batch.milliseconds)}.` : ''
  const parts = `${counted(rows.train)} ${first ? `${first.kind}s` : 'rows'} to train, ${counted(rows.validation)} to validate, ${counted(rows.test)} to test`
  return wrapped(`${visible(data)}: ${parts}${without}. Split: ${visible(split ?? '')}.${time}`, '', WIDTH)
}

/** Classes that are listed. */
const MOST_CLASSES = 30

function targetLines({ name, kind, classes }: DataReport['targets'][number]): string[] {
  const title = `Target "${visible(name)}": ${{ class: 'a class', multi_hot: 'any number of classes', number: 'a number', mask: 'a class for each pixel, counted in pixels', sequence: 'a sequence of classes, counted in classes' }[kind]}`
  if (classes.length === 0) return [title]
  const totals = { train: 0, validation: 0, test: 0 }
  for (const one of classes) for (const part of PARTS) totals[part] += one[part]
  const cells = classes
    .slice(0, MOST_CLASSES)
    .map((one) => [
      String(one.number),
      visible(one.name),
      ...PARTS.flatMap((part) => [
        counted(one[part]),
        totals[part] === 0 ? '' : `${fixed((100 * one[part]) / totals[part], 1)} %`,
      ]),
    ])
  const rest = classes.length - MOST_CLASSES
  return [
    title,
    ...indented(tableLines([['', 'class', 'train', '', 'validation', '', 'test', ''], ...cells], 'rlrrrrrr')),
    ...(rest > 0 ? [`  and ${rest} more classes`] : []),
  ]
}

const PARTS = ['train', 'validation', 'test'] as const

function fieldLines({ fields }: DataReport): string[] {
  if (fields.length === 0) return []
  const cells = fields.map(({ name, use, shape, dtype, numbers }) => [
    visible(name),
    use,
    shape.length === 0 ? 'number' : shape.join(' x '),
    dtype,
    ...(numbers ? [numbers.least, rounded(numbers), numbers.deviation, numbers.largest].map(short) : []),
  ])
  const header = ['', '', 'shape', 'type', 'least', 'mean', 'deviation', 'largest']
  return ['', 'What the model gets, over the training rows', ...indented(tableLines([header, ...cells], 'llllrrrr'))]
}

/** The mean; 0 if only rounding keeps it from 0. */
const rounded = ({ mean, deviation }: { readonly mean: number; readonly deviation: number }): number =>
  Math.abs(mean) < 1e-6 * deviation ? 0 : mean

/** Columns of samples that are shown. */
const MOST_SHOWN = 20
const MOST_CHARACTERS = 16

function sampleLines({ samples, columns }: DataReport): string[] {
  if (samples.length === 0) return []
  const used = columns.filter(({ use }) => use !== 'none')
  const targets = used.filter(({ use }) => use === 'target')
  const inputs = used.filter(({ use }) => use === 'input')
  const shown = [...inputs.slice(0, MOST_SHOWN), ...targets]
  const cells = shown.map(({ name, use }) => [
    cut(name, MOST_CHARACTERS),
    ...samples.map(({ values }) => cut(values[name] ?? '(gap)', MOST_CHARACTERS)),
    use === 'target' ? '<- target' : '',
  ])
  const header = ['row', ...samples.map(({ row }) => counted(row)), '']
  const rest = inputs.length - MOST_SHOWN
  return [
    '',
    'Some training rows',
    ...indented(fitting([header, ...cells], samples.length)),
    ...(rest > 0 ? [`  and ${rest} more inputs`] : []),
  ]
}

/** The first window, or sequence: its rows side by side, and the rows of its targets. */
function firstLines({ first, columns }: DataReport): string[] {
  if (!first) return []
  const { kind, rows, target_rows, shown } = first
  const inputs = shown.filter(({ use }) => use === 'input')
  const isCut = rows.length > inputs.length
  // a place between the first rows and the last ones
  const half = inputs.length / 2
  const withGap = <Item>(list: readonly Item[], gap: Item): Item[] =>
    isCut ? [...list.slice(0, half), gap, ...list.slice(half)] : [...list]
  const targets = shown.slice(inputs.length)
  const used = columns.filter(({ use }) => use !== 'none').slice(0, MOST_SHOWN)
  const cells = used.map(({ name }) => {
    const text = ({ values }: (typeof shown)[number]) =>
      Object.hasOwn(values, name) ? cut(values[name] ?? '(gap)', MOST_CHARACTERS) : ''
    return [cut(name, MOST_CHARACTERS), ...withGap(inputs.map(text), ''), ...targets.map(text)]
  })
  const header = [
    'row',
    ...withGap(
      inputs.map(({ row }) => counted(row)),
      '...',
    ),
    ...targets.map(({ row }) => counted(row)),
  ]
  const uses = [
    '',
    ...withGap(
      inputs.map(() => ''),
      '',
    ),
    ...targets.map(() => 'target'),
  ]
  const lines = tableLines([uses, header, ...cells], `l${'r'.repeat(header.length - 1)}`)
  const where = target_rows.length === 0 ? '' : `, target in ${rowWords(target_rows)}`
  return [
    '',
    `The first ${kind}: ${rowWords(rows)}${where}`,
    ...indented(lines.map((line) => line.slice(0, WIDTH - 2))),
  ]
}

/** Rows in words: consecutive ones as a range. */
function rowWords(rows: readonly number[]): string {
  const [first, last] = [rows[0]!, rows.at(-1)!]
  if (rows.length === 1) return `row ${counted(first)}`
  if (rows.length === 2) return `rows ${counted(first)} and ${counted(last)}`
  const step = rows[1]! - first
  const isRange = rows.every((row, index) => row === first + index * step)
  if (!isRange) return `${rows.length} rows from ${counted(first)} to ${counted(last)}`
  return `rows ${counted(first)} to ${counted(last)}${step === 1 ? '' : ` in steps of ${step}`}`
}

/** Leaves samples out until the table fits the width. */
function fitting(rows: readonly (readonly string[])[], samples: number): string[] {
  const lines = tableLines(rows, `l${'r'.repeat(samples)}l`)
  if (samples === 1 || lines.every(({ length }) => length <= WIDTH - 2)) return lines
  return fitting(
    rows.map((row) => row.toSpliced(samples, 1)),
    samples - 1,
  )
}

const textLines = ({ texts }: DataReport): string[] =>
  texts.length === 0
    ? []
    : ['', 'Their texts as tokens', ...texts.flatMap((text) => wrapped(visible(wordsOf(text)), '  ', WIDTH))]

function wordsOf({ input, row, tokens, more }: DataReport['texts'][number]): string {
  const rest = more > 0 ? ` | and ${counted(more)} more` : ''
  return `${input}, row ${counted(row)}: ${tokens.length === 0 ? '(none)' : tokens.join(' | ')}${rest}`
}

function repeatLines({ repeats, rows }: DataReport): string[] {
  if (!repeats || !rows) return []
  const { duplicates, contradictions, shared } = repeats
  const row = (name: string, counts: readonly (number | null)[]) => [
    name,
    ...counts.map((one) => (one === null ? '' : counted(one))),
  ]
  const each = ({ train, validation, test }: typeof duplicates) => [train, validation, test]
  return [
    '',
    'Repeated rows',
    ...indented(
      tableLines(
        [
          ['', 'train', 'validation', 'test'],
          row('equal to an earlier row', each(duplicates)),
          row('same inputs, other target', each(contradictions)),
          row('inputs are in train', [null, shared.train_validation, shared.train_test]),
          row('inputs are in validation', [null, null, shared.validation_test]),
        ],
        'lrrr',
      ),
    ),
  ]
}

const warningLines = ({ warnings }: DataReport): string[] =>
  warnings.length === 0
    ? []
    : ['', 'Look at', ...warnings.flatMap(({ message }) => bullet(wrapped(visible(message), '    ', WIDTH)))]

const bullet = ([first, ...rest]: readonly string[]): string[] => [`  - ${first!.trimStart()}`, ...rest]

function proposalLines({ proposal, rows }: DataReport, { written, files }: DataOptions): string[] {
  if (proposal === null) return []
  const text = proposal.trimEnd().split('\n').map(visible)
  if (written !== null) return ['', `Wrote ${visible(written)}. Next: npx train ${visible(written)}`]
  const command = `npx train data ${files.map(visible).join(' ')} --target ${rows ? 'COLUMN' : 'COLUMN -o SPEC'}`
  return rows
    ? ['', 'A spec that trains; -o FILE writes it:', '', ...text]
    : [
        '',
        'The columns to use, until a target is chosen:',
        '',
        ...text,
        '',
        ...wrapped(`For a whole spec name the column to predict: \`${command}\``, '', WIDTH),
      ]
}

const some = (count: number, name: string): string => `${counted(count)} ${name}${count === 1 ? '' : 's'}`

const counted = (count: number): string => count.toLocaleString('en')

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`)
