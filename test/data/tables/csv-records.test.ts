/** Records of CSV text, and the first look at a file. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CsvLook, lookAtCsv } from '../../../src/data/tables/csv-look.js'
import { csvReader } from '../../../src/data/tables/csv-records.js'
import { TABLE_DEFAULTS } from '../../../src/data/tables/options.js'

const TEXT = 'a,"b ""x""\r\ny"\r\n"",\n\n1, "q" \r"2"\n,'
const RECORDS = [
  { fields: ['a', 'b "x"\r\ny'], line: 1, end: '\r\n' },
  { fields: ['', ''], line: 3, end: '\n' },
  { fields: [''], line: 4, end: '\n' },
  { fields: ['1', 'q'], line: 5, end: '\r' },
  { fields: ['2'], line: 6, end: '\n' },
  { fields: ['', ''], line: 7, end: '' },
]

test('records are the same wherever the text is cut', () => {
  expect(csvReader(',', '"')(TEXT, true)).toEqual(RECORDS)
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat({ max: TEXT.length })), (cuts) => {
      const read = csvReader(',', '"')
      const places = [0, ...cuts.toSorted((a, b) => a - b), TEXT.length]
      const found = places.slice(1).flatMap((place, at) => read(TEXT.slice(places[at], place), false))
      expect([...found, ...read('', true)]).toEqual(RECORDS)
    }),
  )
})

test('a quote that does not end, at the end of the text', () => {
  expect(csvReader(',', '"')('a,"b\n', true)).toEqual([{ fields: ['a', 'b\n'], line: 1, end: '' }])
})

describe('the first look', () => {
  const look = (head: string, options = {}) => lookAtCsv(head, true, { ...TABLE_DEFAULTS, ...options }) as CsvLook

  test.each<[string, string, object, string, readonly string[]]>([
    ['commas', 'a,b\n1,2\n', {}, ',', ['a', 'b']],
    ['semicolons, though values have commas', 'a;b\n1,5;2,5\n', {}, ';', ['a', 'b']],
    ['tabs, though a name has a comma', 'a, b\tc\n1\t2\n3\t4\n', {}, '\t', ['a, b', 'c']],
    ['commas within quotes do not count', '"a,b,c"|d\n"1,2,3"|4\n', {}, '|', ['a,b,c', 'd']],
    ['one column', 'a\n1\n', {}, ',', ['a']],
    ['a first row of numbers', '1,2.5e3\n3,4\n', {}, ',', ['column_1', 'column_2']],
    ['numbers with commas', '1,5;2,5\n3,5;4,5\n', { decimal: ',' }, ';', ['column_1', 'column_2']],
    ['a first row of numbers and a word', '1,x\n3,4\n', {}, ',', ['1', 'x']],
    ['a header that is said to be one', '1,2\n3,4\n', { header: true }, ',', ['1', '2']],
    ['a delimiter that is given', 'a b,c\n1 2,3\n', { delimiter: ' ' }, ' ', ['a', 'b,c']],
  ])('%s', (_, head, options, delimiter, names) => {
    expect(look(head, options)).toMatchObject({ delimiter, names })
  })

  test('columns of numbers and gaps are probably numbers', () => {
    const head = 'a,b,c,d\n1,x,NA,\n2.5,3,4,\n'
    expect(look(head).likelyNumbers).toEqual([0, 3])
    expect(look(head, { missing_values: ['NA'] }).likelyNumbers).toEqual([0, 2, 3])
  })

  test('a head without a whole record tells nothing', () => {
    expect(lookAtCsv('a,b', false, TABLE_DEFAULTS)).toBeUndefined()
  })
})
