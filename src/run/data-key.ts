/** A hash of the data of a run, so that it is not resumed with others. */
import { crc32 } from 'node:zlib'
import { exactText } from '../base/exact-json.js'
import { type LoadedData, PARTS } from '../data/data.js'
import { ONCE } from '../data/steps/binary-draws.js'
import { firstRows, roomFor, type Table } from '../data/table.js'

/** Limits on the rows of a table that are looked at. */
const MOST_ROWS = 1024
const MOST_BYTES = 2 ** 22

/** Each is computed once. */
const KEYS = new WeakMap<LoadedData, string>()

/**
 * Returns a hash of what was learnt from the data, of the number of rows, and of up to 1,024 rows of each part, evenly
 * spread. It does not depend on where files lie, nor on their times.
 */
export function dataKey(data: LoadedData): string {
  const known = KEYS.get(data)
  if (known !== undefined) return known
  const { form, columns, facts, learnt } = data.preparation
  const sums = PARTS.map((part) => `${data[part].count}:${sumOf(data[part])}`)
  const key = `${crc32(exactText({ form: { ...form, name: null }, columns, facts, learnt }))}:${sums.join(':')}`
  KEYS.set(data, key)
  return key
}

function sumOf(table: Table): number {
  const { fields, count } = table
  if (count === 0) return 0
  const one = roomFor(fields, 1)
  const rowBytes = Object.values(one).reduce((sum, { byteLength }) => sum + byteLength, 0)
  const looked = Math.min(count, MOST_ROWS, Math.max(1, Math.floor(MOST_BYTES / Math.max(1, rowBytes))))
  const rows = Uint32Array.from({ length: looked }, (_, index) => Math.floor((index * count) / looked))
  const room = roomFor(fields, looked)
  table.read(rows, ONCE, room)
  return Object.values(firstRows(room, fields, looked)).reduce(
    (sum, { buffer, byteOffset, byteLength }) => crc32(new Uint8Array(buffer, byteOffset, byteLength), sum),
    0,
  )
}
