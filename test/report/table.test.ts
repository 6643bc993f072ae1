import { expect, test } from 'vitest'
import { tableLines, wrapped } from '../../src/report/table.js'

test('columns are aligned; colour codes take no width; a row may be shorter', () => {
  const rows = [['engine', 'median'], ['\x1b[32monnx\x1b[39m', '2.31 ms'], ['eager', '538 ms', 'slow'], ['x']]
  expect(tableLines(rows, 'lrl')).toEqual([
    'engine   median',
    '\x1b[32monnx\x1b[39m    2.31 ms',
    'eager    538 ms  slow',
    'x',
  ])
})

test('text is wrapped between words', () => {
  expect(wrapped('one two three four', '', 9)).toEqual(['one two', 'three', 'four'])
  expect(wrapped('one two three four', '  ', 9)).toEqual(['  one two', '  three', '  four'])
  expect(wrapped('in /a/very/long/path here', '', 9)).toEqual(['in', '/a/very/long/path', 'here'])
  expect(wrapped('take `npm install x`; or not `', '', 9)).toEqual(['take', '`npm install x`;', 'or not `'])
  expect(wrapped('')).toEqual([''])
})
