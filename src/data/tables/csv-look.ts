/** The first look at a CSV file: the text between its columns, and their names. */
import { csvReader, isBlank } from './csv-records.js'
import { numberIn } from './number-text.js'
import type { TableOptions } from './options.js'
import { quoted } from './quoted.js'

export interface CsvLook {
  readonly delimiter: string
  /** Number of blank lines before the first record. */
  readonly blank: number
  readonly header: boolean
  readonly names: readonly string[]
  /** Positions of the columns whose values in the first rows are numbers or gaps. */
  readonly likelyNumbers: readonly number[]
}

type Format = Pick<TableOptions, 'delimiter' | 'quote' | 'header' | 'decimal' | 'missing_values'>

/** Text that may stand between columns, the most usual first. */
const DELIMITERS = [',', ';', '\t', '|']

/** Number of records that are looked at. */
const MOST_RECORDS = 50

/**
 * Looks at `head`, the beginning of a file, or all of it if `isWhole`. The delimiter is the one that cuts the most
 * records into as many fields as the first one, which must be more than one; else a comma. The first record is a header
 * unless all its fields are numbers. Returns undefined if no record is whole.
 */
export function lookAtCsv(head: string, isWhole: boolean, format: Format): CsvLook | { problem: string } | undefined {
  const { quote, decimal } = format
  const blank = /^[\r\n]*/.exec(head)![0].match(/\r\n|\r|\n/g)?.length ?? 0
  const cutBy = (delimiter: string): (readonly string[])[] =>
    csvReader(delimiter, quote)(head, isWhole)
      .filter((record) => !isBlank(record))
      .slice(0, MOST_RECORDS)
      .map(({ fields }) => fields)
  const delimiter = format.delimiter ?? bestDelimiter(cutBy, decimal)
  const [first, ...others] = cutBy(delimiter)
  if (first === undefined) return isWhole ? { problem: 'it is empty' } : undefined
  const header = format.header ?? !first.every(isNumber)
  const rows = header ? others : [first, ...others]
  if (rows.length === 0 && isWhole) return { problem: 'it has names of columns and no rows' }
  const names = header ? first.map((name) => name.trim()) : first.map((_, index) => `column_${index + 1}`)
  if (names.some((name) => name.includes('\ufffd'))) {
    return {
      problem:
        'its first row has bytes that are not UTF-8; save the file as UTF-8, or set "csv": {"encoding": "latin-1"}',
    }
  }
  const problems = nameProblems(names)
  if (problems.length > 0) {
    const remedy = 'every column needs a name of its own; if the first row has no names, set "csv": {"header": false}'
    return { problem: `${problems.join('; ')}; ${remedy}` }
  }
  const isLikely = (field: string | undefined) =>
    field === undefined || field === '' || isNumber(field) || format.missing_values.includes(field)
  const likelyNumbers = names.flatMap((_, index) => (rows.every((row) => isLikely(row[index])) ? [index] : []))
  return { delimiter, blank, header, names, likelyNumbers }
}

function bestDelimiter(cutBy: (delimiter: string) => (readonly string[])[], decimal: string): string {
  let [best, most] = [',', 0]
  for (const delimiter of DELIMITERS.filter((delimiter) => delimiter !== decimal)) {
    const records = cutBy(delimiter)
    const width = records[0]?.length ?? 0
    if (width < 2) continue
    const alike = records.filter(({ length }) => length === width).length
    if (alike > most) [best, most] = [delimiter, alike]
  }
  return best
}

const isNumber = (text: string): boolean => !Number.isNaN(numberIn(text.replace(',', '.')))

/** Limit on the names that a message lists. */
const MOST_NAMES = 3

/** Returns words about names that stand for no column, or for more than one. */
export function nameProblems(names: readonly string[]): string[] {
  const first = new Map<string, number>()
  const problems = names.flatMap((name, index) => {
    if (name === '') return [`column ${index + 1} has no name`]
    const other = first.get(name)
    if (other === undefined) first.set(name, index)
    return other === undefined ? [] : [`columns ${other + 1} and ${index + 1} are both called ${quoted(name)}`]
  })
  const rest = problems.length - MOST_NAMES
  return [...problems.slice(0, MOST_NAMES), ...(rest > 0 ? [`and ${rest} more`] : [])]
}
