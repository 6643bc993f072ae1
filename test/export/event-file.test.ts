/** Event files are read back by their specifications: TFRecord, CRC-32C, event.proto, summary.proto. */
import { expect, test } from 'vitest'
import { eventFileHeader, eventFileName, scalarsEvent } from '../../src/export/event-file.js'
import { crc32c, encodeRecord } from '../../src/export/record-file.js'
import { eventsOf, fieldsOf, recordsOf } from '../support/event-file.js'

/** RFC 3720, B.4. */
test.each([
  [new Uint8Array(32), 0x8a9136aa],
  [new Uint8Array(32).fill(0xff), 0x62a8ab43],
  [Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
  [Uint8Array.from({ length: 32 }, (_, index) => 31 - index), 0x113fdb5c],
  [new TextEncoder().encode('123456789'), 0xe3069283],
])('checksum of %s', (data, checksum) => {
  expect(crc32c(data)).toBe(checksum)
})

test('a record has its length, its data and their masked checksums', () => {
  // as tf.io.TFRecordWriter of TensorFlow 2.21 writes b'abc'
  expect(Buffer.from(encodeRecord(new TextEncoder().encode('abc'))).toString('hex')).toBe(
    '0300000000000000b099490e6162636e57f121',
  )
})

test('the first event names the version of the file', () => {
  const [event] = eventsOf(eventFileHeader(1.5))
  expect(event).toEqual({ seconds: 1.5, step: 0, version: 'brain.Event:2', values: [] })
})

test('an event has a scalar for each name', () => {
  const [event] = eventsOf(scalarsEvent(1700000000.25, 300, { epoch_loss: 0.5, epoch_acc: Number.NaN }))
  const scalar = (tag: string, value: number) => ({ tag, value, dtype: 1, plugin: 'scalars', dataClass: 1 })
  expect(event).toEqual({
    seconds: 1700000000.25,
    step: 300,
    version: '',
    values: [scalar('epoch_loss', 0.5), scalar('epoch_acc', Number.NaN)],
  })
})

test('a scalar is a tensor without dimensions', () => {
  const [record] = recordsOf(scalarsEvent(0, 1, { a: 1 }))
  const summary = fieldsOf(record!).get(5)![0] as Uint8Array
  const value = fieldsOf(summary).get(1)![0] as Uint8Array
  const shape = fieldsOf(fieldsOf(value).get(8)![0] as Uint8Array).get(2)
  expect(shape).toEqual([new Uint8Array()])
})

test('the name is one that TensorBoard looks for', () => {
  expect(eventFileName(1700000000.9)).toMatch(/^events\.out\.tfevents\.1700000000\.[^/]+\.\d+\.0\.v2$/)
})

test('a damaged record is found out', () => {
  const bytes = eventFileHeader(1)
  bytes[20]! ^= 1
  expect(() => recordsOf(bytes)).toThrow('checksum')
})
