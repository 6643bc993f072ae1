/** Records of JSON files: one on each line, or the elements of an array. */
import { formatBytes } from '../../base/bytes.js'
import { UserError } from '../../base/issue.js'
import { isObject } from '../../base/json.js'
import { decodeUtf8, wideEncodingOf } from '../../base/utf8.js'
import { pieces } from './pieces.js'
import { shownReason } from './quoted.js'

export type JsonRecord = Readonly<Record<string, unknown>>

/** How records stand in a file. */
export interface JsonForm {
  /** The name that DuckDB gives it. */
  readonly format: 'newline_delimited' | 'array'
  /** Yields the records in order, some at a time. */
  read(path: string): AsyncIterable<readonly JsonRecord[]>
}

export const LINES: JsonForm = {
  format: 'newline_delimited',
  read: (path) => recordsOfLines(path, pieces(path)),
}
export const ARRAY: JsonForm = { format: 'array', read: arrayRecords }

/** Limit on the bytes of a line. */
const LONGEST_LINE = 1 << 24
/** Limit on the bytes of an array, which is read whole. */
const LARGEST_ARRAY = 1 << 28

const LINE_FEED = 0x0a

/** The records of JSON Lines in the bytes of a file, `path` in messages. Blank lines are skipped. */
export async function* recordsOfLines(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly JsonRecord[]> {
  let rest: Buffer = Buffer.alloc(0)
  let [line, row] = [0, 0]
  const recordsIn = (bytes: Buffer): JsonRecord[] => {
    const wide = line === 0 ? wideEncodingOf(bytes) : undefined
    if (wide !== undefined) throw new UserError(`${path}: it is ${wide} text, must be UTF-8`)
    const records: JsonRecord[] = []
    for (const text of textOf(path, bytes, line).split('\n')) {
      line++
      if (text.trim() === '') continue
      row++
      const place = `${path}: row ${row} (line ${line})`
      records.push(checked(parsed(text, place), place))
    }
    return records
  }
  for await (const given of bytes) {
    const piece = Buffer.from(given.buffer, given.byteOffset, given.length)
    const end = piece.lastIndexOf(LINE_FEED)
    if (end >= 0) yield recordsIn(Buffer.concat([rest, piece.subarray(0, end)]))
    rest = end >= 0 ? piece.subarray(end + 1) : Buffer.concat([rest, piece])
    if (rest.length > LONGEST_LINE) {
      throw new UserError(`${path}: line ${line + 1} is longer than ${formatBytes(LONGEST_LINE)}`)
    }
  }
  if (rest.length > 0) yield recordsIn(rest)
}

/** The records of an array, which is read whole. */
async function* arrayRecords(path: string): AsyncGenerator<readonly JsonRecord[]> {
  const bytes: Buffer[] = []
  let length = 0
  for await (const piece of pieces(path)) {
    bytes.push(piece)
    length += piece.length
    if (length > LARGEST_ARRAY) {
      const most = formatBytes(LARGEST_ARRAY)
      throw new UserError(
        `${path}: it is larger than ${most}; write it as JSON Lines (.jsonl), one record on each line`,
      )
    }
  }
  const decoded = decodeUtf8(Buffer.concat(bytes))
  if ('problem' in decoded) throw new UserError(`${path}: it ${decoded.problem}`)
  if (decoded.text.trim() === '') return
  const records = parsed(decoded.text, path)
  if (!Array.isArray(records)) throw new UserError(`${path}: found ${kindOf(records)}, must be an array of records`)
  yield records.map((record, index) => checked(record, `${path}: row ${index + 1}`))
}

/** The text of some lines, after the first `before` lines of the file. */
function textOf(path: string, bytes: Buffer, before: number): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return before === 0 ? text.replace(/^\ufeff/, '') : text
  } catch {
    let line = before
    for (let from = 0; ; line++) {
      const end = bytes.indexOf(LINE_FEED, from)
      if ('problem' in decodeUtf8(bytes.subarray(from, end < 0 ? bytes.length : end))) break
      from = end + 1
    }
    throw new UserError(`${path}: line ${line + 1} is not UTF-8 text; save the file as UTF-8`)
  }
}

/**
 * Python writes NaN and Infinity, which JSON does not have: they become text. A string that does not end is matched too,
 * so that no place is looked at twice.
 */
const NOT_JSON = /("[^"\\]*(?:\\.[^"\\]*)*"?)|(-?\bInfinity\b|\bNaN\b)/g

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    try {
      return JSON.parse(text.replace(NOT_JSON, (_, string, number) => string ?? `"${number}"`))
    } catch {
      throw new UserError(`${place} is not JSON: ${shownReason(error)}`)
    }
  }
}

function checked(record: unknown, place: string): JsonRecord {
  if (isObject(record)) return record
  throw new UserError(`${place}: found ${kindOf(record)}, must be an object with a value for each column`)
}

/** Names what a value of JSON is. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
