/** Tables give the rows that are asked for, whatever stands between them and their values. */
import { expect, test } from 'vitest'
import { chosen, elementMeans, fieldRange, part, roomFor, storedRows, type Table } from '../../src/data/table.js'
import { formOf, tableOf, X, Y } from '../support/data.js'

/** 3000 rows (i, -i) / 10 with label i % 3. */
const COUNT = 3000
const table = tableOf(
  formOf({ shape: [2], divisor: 10, classes: 3 }),
  Float32Array.from({ length: 2 * COUNT }, (_, at) => (at % 2 === 0 ? at / 2 : (1 - at) / 2)),
  Int32Array.from({ length: COUNT }, (_, row) => row % 3),
)

function read(from: Table, ...rows: number[]) {
  const room = roomFor(from.fields, rows.length)
  from.read(Uint32Array.from(rows), 1, room)
  return { x: [...room[X]!], y: [...room[Y]!] }
}

test('rows come in the order that is asked for, repeated ones too', () => {
  expect(read(table, 7, 0, 7)).toEqual({ x: [7, -7, 0, 0, 7, -7], y: [1, 0, 1] })
})

test('a part counts its rows from 0, a part of a part too', () => {
  const middle = part(part(table, 1000, 2000), 5, 10)
  expect(middle.count).toBe(5)
  expect(read(middle, 0, 4)).toEqual({ x: [1005, -1005, 1009, -1009], y: [0, 1] })
  expect(part(table, 0, COUNT)).toBe(table)
})

test('chosen rows come in their order', () => {
  const few = chosen(table, Uint32Array.of(5, 2, 9))
  expect(few.count).toBe(3)
  expect(read(few, 0, 1, 2)).toEqual({ x: [5, -5, 2, -2, 9, -9], y: [2, 2, 0] })
  expect(read(part(few, 1, 3), 1).x).toEqual([9, -9])
})

test('a look at a field sees every row once, in order', () => {
  const seen: number[] = []
  for (const values of storedRows(table, Y)) seen.push(...values)
  expect(seen).toEqual(Array.from({ length: COUNT }, (_, row) => row % 3))
  expect([...storedRows(part(table, 0, 0), Y)]).toEqual([])
})

test('a look at a field reads no other one', () => {
  const asked = new Set<string>()
  const spied: Table = {
    ...table,
    read(rows, epoch, into) {
      for (const name of Object.keys(into)) asked.add(name)
      table.read(rows, epoch, into)
    },
  }
  const { value } = storedRows(spied, Y).next()
  expect([...value!.slice(0, 4)]).toEqual([0, 1, 2, 0])
  expect([...asked]).toEqual([Y])
})

test('means and ranges are of values, which are divided', () => {
  expect([...elementMeans(table, X)]).toEqual([149.95, -149.95])
  expect(fieldRange([part(table, 0, 10), part(table, 20, 21)], X)).toEqual({ least: -2, largest: 2 })
})

test('parts and chosen rows are views, not copies', () => {
  const form = formOf({ shape: [], classes: 1 })
  const x = Float32Array.of(1, 2, 3)
  const whole = tableOf(form, x, new Int32Array(3))
  const views = [part(whole, 1, 3), chosen(whole, Uint32Array.of(1))]
  x[1] = 7
  for (const view of views) expect(read(view, 0).x).toEqual([7])
})
