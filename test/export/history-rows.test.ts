/** Rows of the history keep every digit, and other programs can read them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvHeader, csvRow, jsonRow } from '../../src/export/history-rows.js'
import { epochEnd } from './sample-run.js'

const event = epochEnd(1, { loss: 0.5, acc: 0.8, val_loss: 0.4, val_acc: 0.85 }, 3.25)

test('CSV: keys in the order of the event, the time last', () => {
  expect(csvHeader(event)).toBe('epoch,loss,acc,val_loss,val_acc,learning_rate,seconds\n')
  expect(csvRow(event)).toBe('1,0.5,0.8,0.4,0.85,0.001,3.25\n')
})

test('JSON: the same names in the same order', () => {
  expect(jsonRow(event)).toBe(
    '{"epoch":1,"loss":0.5,"acc":0.8,"val_loss":0.4,"val_acc":0.85,"learning_rate":0.001,"seconds":3.25}\n',
  )
})

test('NaN and infinities: words in CSV, null in JSON', () => {
  const bad = epochEnd(2, { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: Number.NEGATIVE_INFINITY }, 1)
  expect(csvRow(bad)).toBe('2,nan,inf,-inf,0.001,1\n')
  expect(jsonRow(bad)).toBe('{"epoch":2,"a":null,"b":null,"c":null,"learning_rate":0.001,"seconds":1}\n')
})

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })

test('every number is the same when read back', () => {
  fc.assert(
    fc.property(finite, finite, finite, (loss, acc, seconds) => {
      const row = epochEnd(3, { loss, acc }, seconds)
      // text has no -0
      const values = [3, loss, acc, 0.001, seconds].map((value) => value + 0)
      expect(csvRow(row).trimEnd().split(',').map(Number)).toEqual(values)
      expect(Object.values(JSON.parse(jsonRow(row)))).toEqual(values)
    }),
  )
})
