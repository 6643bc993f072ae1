/** Cuts the text of a CSV file into records, for the first look at it and to find the place of an error. */

/** Limit on the bytes of a record. */
export const LONGEST_RECORD = 2_000_000

export interface CsvRecord {
  readonly fields: readonly string[]
  /** Number of the line on which it begins, from 1. */
  readonly line: number
  /** The line end after it; '' at the end of the file. */
  readonly end: '\n' | '\r\n' | '\r' | ''
}

/** Returns a function that takes the pieces of a text, of which the last is said to be so, and returns their records. */
export function csvReader(delimiter: string, quote: string): (piece: string, isLast: boolean) => CsvRecord[] {
  let [fields, field, line, begin]: [string[], string, number, number] = [[], '', 1, 1]
  /** The state of a field: no quote yet, between quotes, or after them. */
  let state: 'plain' | 'open' | 'closed' = 'plain'
  /** True if a field has only spaces so far. */
  let isBare = true
  let rest = ''

  return (piece, isLast) => {
    const records: CsvRecord[] = []
    const text = rest + piece
    // two characters belong together in `""` and `\r\n`, and a delimiter may have several
    // after a line feed nothing is open
    const end =
      isLast || text.endsWith('\n') ? text.length : Math.max(0, text.length - Math.max(2, delimiter.length) + 1)
    const endField = () => {
      fields.push(field)
      field = ''
      state = 'plain'
      isBare = true
    }
    const endRecord = (lineEnd: CsvRecord['end']) => {
      endField()
      records.push({ fields, line: begin, end: lineEnd })
      fields = []
      begin = line
    }
    let at = 0
    while (at < end) {
      const letter = text[at]!
      const pair = letter === '\r' && text[at + 1] === '\n' ? '\r\n' : letter
      if (pair === '\n' || pair === '\r' || pair === '\r\n') line++
      if (state === 'open') {
        const isDoubled = letter === quote && text[at + 1] === quote
        if (letter === quote && !isDoubled) state = 'closed'
        else field += pair
        at += isDoubled ? 2 : pair.length
      } else if (text.startsWith(delimiter, at)) {
        endField()
        at += delimiter.length
      } else if (pair === '\n' || pair === '\r' || pair === '\r\n') {
        endRecord(pair)
        at += pair.length
      } else {
        // spaces may stand around the quotes
        if (letter === quote && state === 'plain' && isBare) [state, field] = ['open', '']
        else if (state === 'plain') {
          field += letter
          isBare &&= letter.trim() === ''
        }
        at++
      }
    }
    rest = text.slice(at)
    if (isLast && (fields.length > 0 || field !== '' || state !== 'plain')) endRecord('')
    return records
  }
}

/** True for a line without a character. */
export const isBlank = ({ fields }: CsvRecord): boolean => fields.length === 1 && fields[0] === ''
