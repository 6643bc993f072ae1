/** The report of `train data` for people. */
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { DataReport } from '../../src/export/data-report.js'
import { dataLines } from '../../src/report/data.js'
import { short } from '../../src/report/short-number.js'

const column = (name: string, more: Partial<DataReport['columns'][number]> = {}): DataReport['columns'][number] => ({
  name,
  use: 'input',
  type: 'float_normalized',
  why: 'all values are numbers',
  kind: 'number',
  rows: 1500,
  gaps: 0,
  distinct: 12,
  all_different: false,
  frequent: [],
  numbers: { least: -1, mean: 0.25, deviation: 1, largest: 2 },
  histogram: [0, 1, 2, 3, 4, 5, 6, 700],
  ...more,
})

const text = (name: string, ...values: readonly string[]) =>
  column(name, {
    kind: 'text',
    type: 'string_categorical',
    why: null,
    distinct: values.length,
    numbers: null,
    histogram: [],
    frequent: values.map((value, index) => ({ value, count: 9 - index })),
  })

const REPORT: DataReport = {
  version: 1,
  trainspec: '0.1.0',
  name: 'a',
  data: 'a.csv',
  columns: [column('size'), text('town', 'Berlin', 'Rome')],
  rows: { train: 1000, validation: 300, test: 200 },
  dropped: 7,
  first: null,
  split: 'the last rows',
  targets: [{ name: 'y', kind: 'class', classes: [{ number: 0, name: 'no', train: 1000, validation: 300, test: 0 }] }],
  fields: [
    {
      name: 'features',
      use: 'input',
      shape: [3],
      dtype: 'float32',
      numbers: { least: -1, mean: 1e-9, deviation: 1, largest: 2 },
    },
  ],
  repeats: {
    duplicates: { train: 1, validation: 2, test: 3 },
    contradictions: { train: 4, validation: 5, test: 6 },
    shared: { train_validation: 7, train_test: 8, validation_test: 9 },
  },
  samples: [
    { row: 3, values: { size: '1.5', town: 'Rome' } },
    { row: 1234, values: { size: null, town: 'Berlin' } },
  ],
  texts: [],
  batch: { size: 32, milliseconds: 0.5 },
  warnings: [{ code: 'gaps', message: `gaps in ${'"a long name", '.repeat(9)}which are filled` }],
  proposal: null,
}

const lines = (more: Partial<DataReport> = {}, written: string | null = null) =>
  dataLines({ ...REPORT, ...more }, { written, files: ['a.csv'] })

test('a report of a spec', () => {
  expect(lines().join('\n')).toBe(`a.csv: 1,000 rows to train, 300 to validate, 200 to test; 7 rows with gaps are
left out. Split: the last rows. A batch of 32 takes 0.50 ms.

Column  is      gaps  values  least  mean  largest
size    number            12     -1  0.25        2   ▁▁▁▁▁▁█
town    text               2  Berlin, Rome

Use
  size (input, float_normalized: all values are numbers)
  town (input, string_categorical)

Target "y": a class
     class  train           validation           test
  0  no     1,000  100.0 %         300  100.0 %     0

What the model gets, over the training rows
                   shape  type     least  mean  deviation  largest
  features  input  3      float32     -1     0          1        2

Some training rows
  row      3   1,234
  size   1.5   (gap)
  town  Rome  Berlin

Repeated rows
                             train  validation  test
  equal to an earlier row        1           2     3
  same inputs, other target      4           5     6
  inputs are in train                        7     8
  inputs are in validation                         9

Look at
  - gaps in "a long name", "a long name", "a long name", "a long name", "a long
    name", "a long name", "a long name", "a long name", "a long name", which are
    filled`)
})

test('without a target, the columns and what to do next', () => {
  const given = { rows: null, targets: [], fields: [], samples: [], repeats: null, batch: null, warnings: [] }
  const shown = lines({ ...given, columns: [column('size', { type: null, why: null })], proposal: '"data": {}\n' })
  expect(shown[0]).toBe('a.csv: 1,500 rows, 1 column.')
  expect(shown.slice(-4)).toEqual([
    '"data": {}',
    '',
    'For a whole spec name the column to predict:',
    '`npx train data a.csv --target COLUMN -o SPEC`',
  ])
})

test('a proposed spec is printed unless it was written', () => {
  expect(lines({ proposal: '{\n  "seed": 42\n}\n' }).slice(-5)).toEqual([
    'A spec that trains; -o FILE writes it:',
    '',
    '{',
    '  "seed": 42',
    '}',
  ])
  expect(lines({ proposal: '{}\n' }, 'b.json').at(-1)).toBe('Wrote b.json. Next: npx train b.json')
})

test('fits 80 columns, however many samples, and long names and values', () => {
  const columns = Array.from({ length: 100 }, (_, index) =>
    text(`${'a very long name '.repeat(3)}${index}`, 'v'.repeat(70)),
  )
  const values = Object.fromEntries(columns.map(({ name }) => [name, 'v'.repeat(70)]))
  const samples = [1, 2, 3, 4, 5, 6].map((row) => ({ row, values }))
  for (const line of lines({ columns, samples })) expect(line.length, line).toBeLessThanOrEqual(80)
  expect(lines({ columns, samples }).join('\n')).toContain('and 40 more columns')
})

test('control characters of names and values are shown, not obeyed', () => {
  const columns = [text('a\u001b[2J', 'b\u0007')]
  const samples = [{ row: 1, values: { 'a\u001b[2J': 'c\u001b[31m' } }]
  const all = lines({ columns, samples, data: 'd\u001b[1m', warnings: [{ code: 'x', message: 'e\u001b[1m' }] }).join(
    '\n',
  )
  expect(stripVTControlCharacters(all)).toBe(all)
  expect(all).toContain('\\u001b')
})

test.each([
  [0, '0'],
  [123456, '123456'],
  [1234567, '1.23e+6'],
  [5.84333, '5.843'],
  [0.00001, '1.00e-5'],
  [-0.25, '-0.25'],
  [1234.567, '1235'],
])('%s is %s', (value, expected) => expect(short(value)).toBe(expected))
