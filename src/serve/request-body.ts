/** Reads the rows of a request: JSON or CSV. */
import type { IncomingMessage } from 'node:http'
import { setImmediate as immediately } from 'node:timers/promises'
import { parse } from 'content-type'
import { formatBytes } from '../base/bytes.js'
import { decodeUtf8 } from '../base/utf8.js'
import { REQUEST } from '../data/requests/reader.js'
import { type RequestRows, rowsOfCsv, rowsOfRecords, type WantedColumn } from '../data/requests/rows.js'
import { kindOf } from '../data/tables/json-records.js'
import { TABLE_DEFAULTS } from '../data/tables/options.js'
import { shownReason } from '../data/tables/quoted.js'
import type { DataSpec } from '../spec/spec.js'
import { HttpProblem } from './http-problem.js'

export interface Limits {
  /** Bytes of a body. */
  readonly body: number
  readonly rows: number
}

export const JSON_TYPE = 'application/json'
export const CSV_TYPE = 'text/csv'

/** The formats of rows, and the encodings of text, by their names in headers. */
const FORMATS = { [JSON_TYPE]: readJson, [CSV_TYPE]: readCsv } as const
const UTF8 = ['utf-8', 'utf8', 'us-ascii']

type RowFormat = keyof typeof FORMATS

/** Throws an HttpProblem for a body of another type. */
export function formatOf({ headers }: IncomingMessage): RowFormat {
  const { type, parameters } = parse(headers['content-type'] ?? '')
  if (!Object.hasOwn(FORMATS, type)) {
    const found = headers['content-type'] === undefined ? 'no Content-Type' : `Content-Type ${shown(type)}`
    throw new HttpProblem(415, `Found ${found}, must be ${JSON_TYPE} or ${CSV_TYPE}.`, [], { accept: TYPES })
  }
  const { charset = 'utf-8' } = parameters
  if (!UTF8.includes(charset.toLowerCase())) {
    throw new HttpProblem(415, `Found charset ${shown(charset)}, must be utf-8.`, [], { accept: TYPES })
  }
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() === 'identity') return type as RowFormat
  const words = `Found Content-Encoding ${shown(encoding)}, must be none: send the body as it is.`
  throw new HttpProblem(415, words, [], { 'accept-encoding': 'identity' })
}

const TYPES = `${JSON_TYPE}, ${CSV_TYPE}`

const shown = (text: string): string => JSON.stringify(text.slice(0, 60))

/** Reads a body whole. Throws an HttpProblem if it is too large; Node drops the rest of it after the answer. */
export async function readBody(request: IncomingMessage, { body: most }: Limits): Promise<Buffer> {
  const tooLarge = () => new HttpProblem(413, `The body is larger than ${formatBytes(most)}: send fewer rows at once.`)
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge()
  const pieces: Buffer[] = []
  let length = 0
  // a request that is destroyed takes the connection, and the answer, with it
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > most) throw tooLarge()
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

export interface RowReading {
  readonly columns: readonly WantedColumn[]
  readonly data: DataSpec
  readonly limits: Limits
}

/** Throws an HttpProblem for a body that holds no rows, and what `rowsOfRecords` and `rowsOfCsv` throw. */
export async function rowsIn(body: Buffer, format: RowFormat, reading: RowReading): Promise<RequestRows> {
  const decoded = decodeUtf8(body)
  if ('problem' in decoded) throw new HttpProblem(400, `The body ${decoded.problem.replace(/; save.*/, '')}.`)
  return FORMATS[format](decoded.text, body, reading)
}

async function readJson(text: string, _: Buffer, { columns, data, limits }: RowReading): Promise<RequestRows> {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new HttpProblem(400, `The body is not JSON: ${shownReason(error)}.`)
  }
  const records = Array.isArray(document) ? document : rowsOf(document)
  if (records.length === 0) throw new HttpProblem(400, 'The request has no rows.')
  expectFew(records.length, limits)
  return rowsOfRecords(records, columns, 'missing_values' in data ? data.missing_values : [])
}

function rowsOf(document: unknown): readonly unknown[] {
  if (typeof document === 'object' && document !== null && Object.hasOwn(document, 'rows')) {
    const { rows } = document as { readonly rows: unknown }
    if (Array.isArray(rows)) return rows
    throw new HttpProblem(400, `Found ${kindOf(rows)} as "rows", must be a list of rows.`)
  }
  throw new HttpProblem(
    400,
    `Found ${kindOf(document)}, must be a list of rows, or an object with such a list as "rows".`,
  )
}

function expectFew(count: number, { rows: most }: Limits): void {
  if (count <= most) return
  throw new HttpProblem(413, `The request has more than ${most.toLocaleString('en')} rows: send fewer at once.`)
}

/** Bytes that are read before other requests get their turn. The first ones are looked at more closely. */
const [FIRST, AT_ONCE] = [2 ** 14, 2 ** 16]

async function readCsv(_: string, body: Buffer, { columns, data, limits }: RowReading): Promise<RequestRows> {
  async function* pieces() {
    for (let from = 0; from < body.length; ) {
      const to = from + Math.min(AT_ONCE, Math.max(FIRST, from))
      yield body.subarray(from, to)
      from = to
      await immediately()
    }
  }
  const options = 'source' in data ? data : { csv: TABLE_DEFAULTS, missing_values: [] }
  const utf8 = { ...options, csv: { ...options.csv, encoding: 'utf-8' as const } }
  return rowsOfCsv(pieces(), columns, utf8, REQUEST, (count) => expectFew(count, limits))
}
