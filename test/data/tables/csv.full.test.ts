/** CSV files, clean and dirty: the right values, or an error that names the file, the row and the remedy. */
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { numberIn } from '../../../src/data/tables/number-text.js'
import { factsOf, fileOf, problemOf, rowsOf, withTable } from '../../support/table.js'

const TYPES = { a: 'number', b: 'text' } as const
const ROWS = { a: [1, Number.NaN, 2.5], b: ['x', 'é,"y"\nz', null] }
const CLEAN = 'a,b\n1,x\n,"é,""y""\nz"\n2.5,\n'

describe('the same rows', () => {
  test.each<[string, string, string | Uint8Array, object?]>([
    ['plain', 'a.csv', CLEAN],
    ['without a last line end', 'a.csv', CLEAN.slice(0, -1)],
    ['with spaces around numbers and quotes', 'a.csv', 'a , b\n 1 ,x\n, "é,""y""\nz" \n2.5 ,\n'],
    ['with a byte order mark', 'a.csv', `\ufeff${CLEAN}`],
    ['after blank lines', 'a.csv', `\n\n${CLEAN}`],
    ['with gaps that have delimiters', 'a.csv', CLEAN.replace('\n,"é', '\n"N,A","é'), { missing_values: ['N,A', '"'] }],
    ['with blank lines', 'a.csv', CLEAN.replace('1,x\n', '\n1,x\n\n')],
    ['separated by tabs', 'a.tsv', CLEAN.replaceAll(',', '\t').replace('é\t', 'é,')],
    ['separated by semicolons', 'a.txt', CLEAN.replaceAll(',', ';').replace('é;', 'é,')],
    ['separated by bars', 'a.csv', CLEAN.replaceAll(',', '|').replace('é|', 'é,')],
    ['separated by two characters', 'a.csv', CLEAN.replaceAll(',', '::').replace('é::', 'é,'), { delimiter: '::' }],
    [
      'with commas in numbers',
      'a.csv',
      CLEAN.replaceAll(',', ';').replace('é;', 'é,').replace('.', ','),
      { decimal: ',' },
    ],
    [
      'with other quotes',
      'a.csv',
      CLEAN.replaceAll('""', '@').replaceAll('"', "'").replaceAll('@', '"'),
      { quote: "'" },
    ],
    ['packed', 'a.csv.gz', gzipSync(CLEAN)],
    ['packed in two parts', 'a.csv.gz', Buffer.concat([gzipSync(CLEAN.slice(0, 9)), gzipSync(CLEAN.slice(9))])],
    ['in latin-1', 'a.csv', Buffer.from(CLEAN, 'latin1'), { encoding: 'latin-1' }],
    ['in UTF-16', 'a.csv', Buffer.from(`\ufeff${CLEAN}`, 'utf16le'), { encoding: 'utf-16' }],
    ['in UTF-16 without a mark', 'a.csv', Buffer.from(CLEAN, 'utf16le'), { encoding: 'utf-16' }],
    ['with texts that mean a gap', 'a.csv', 'a,b\n1,x\nNA,"é,""y""\nz"\n2.5,"?"\n', { missing_values: ['NA', '?'] }],
    ['with numbers written in other ways', 'a.csv', CLEAN.replace('1', '1_0e-1').replace('2.5', '+02.50')],
  ])('%s', async (_, name, content, options = {}) => {
    expect(await rowsOf(fileOf(name, content), TYPES, options)).toEqual(ROWS)
  })

  test.each(['\r\n', '\r'])('with line ends %j', async (end) => {
    const { a, b } = await rowsOf(fileOf('a.csv', CLEAN.replaceAll('\n', end)), TYPES)
    expect({ a, b }).toEqual({ a: ROWS.a, b: ['x', `é,"y"${end}z`, null] })
  })

  test.each(['a[1].csv', 'a*.csv', 'a?.csv', "it's.csv", 'say "a".csv', 'a{b,c}.csv', 'a b.csv', 'A.CSV', '-.csv'])(
    'in a file called %s',
    async (name) => {
      expect(await rowsOf(fileOf(name, CLEAN), TYPES)).toEqual(ROWS)
    },
  )
})

test('numbers are doubles of the text, rounded to float32; whole numbers are exact', async () => {
  const file = fileOf(
    'a.csv',
    'a,b\n0.1,9007199254740991\n16777217,-9007199254740991\n1e-50,\n1,234\n'.replace('1,234', '-0,0'),
  )
  expect(await rowsOf(file, { a: 'number', b: 'integer' })).toEqual({
    a: [Math.fround(0.1), 16777216, 0, -0],
    b: [9007199254740991, -9007199254740991, Number.NaN, 0],
  })
})

test('numbers with points between thousands', async () => {
  const options = { decimal: ',', thousands: '.', delimiter: ';' } as const
  const rows = 'a;b\n1.234,5;x\n1.000.000;y\n7;z\n'
  expect((await rowsOf(fileOf('a.csv', rows), TYPES, options)).a).toEqual([1234.5, 1_000_000, 7])
  const wrong = fileOf('a.csv', rows.replace('7;', '7.5;'))
  expect((await rowsOf(wrong, TYPES, options)).a).toEqual([1234.5, 1_000_000, 75])
  expect(await problemOf(rowsOf(wrong, TYPES, { decimal: ',' }))).toContain('row 1, column "a": found "1.234,5"')
})

test('characters between thousands that are not of ASCII', async () => {
  const options = { thousands: '\u00a0', decimal: ',' } as const
  const file = fileOf('a.csv', 'a;b\n1\u00a0234,5;x\n1.5;y\n')
  expect(await problemOf(rowsOf(file, TYPES, options))).toContain('row 2, column "a": found "1.5", must be a number')
  expect((await rowsOf(file, TYPES, { ...options, missing_values: ['1.5'] })).a).toEqual([1234.5, Number.NaN])
})

test('text is a number in each way of reading, or in none', async () => {
  const numbers = ['1', '+1', '-1.', '.5', '1e5', '1E+5', ' 1 ', '\t1', '1_000', '00501', '1e-400', '9007199254740993']
  const others = [
    '1__0',
    '_1',
    '0x10',
    '0b1',
    '1d',
    'true',
    '１',
    '--1',
    '1e',
    'e5',
    '.',
    '-',
    '1 000',
    '$1',
    '1%',
    '∞',
  ]
  for (const text of [...numbers, ...others]) {
    const isNumber = numbers.includes(text)
    const file = fileOf('a.csv', `a|b\n${text}|x\n1|1\n`)
    const { a, b } = await factsOf(file, ['a', 'b'])
    expect([text, a!.notNumbers, b!.notNumbers]).toEqual([text, isNumber ? 0 : 1, 1])
    const read = rowsOf(file, { a: 'number' }).then(({ a }) => a![0])
    if (isNumber) expect(await read).toBe(Math.fround(Number(text.replace('_', ''))))
    else expect(await problemOf(read)).toContain(`found ${JSON.stringify(text)}, must be a number`)
    expect(Number.isNaN(numberIn(text))).toBe(!isNumber)
  }
})

test.each([
  [{ quote: ',', delimiter: ',' }, '"delimiter" must be neither a line end nor the quote'],
  [{ delimiter: '\n' }, '"delimiter" must be neither a line end nor the quote'],
  [{ quote: '§' }, '"quote" must be one character of ASCII'],
  [{ thousands: '.' }, '"thousands" must be a character that no other part of a number has'],
  [{ thousands: '0' }, '"thousands" must be a character that no other part of a number has'],
])('options that do not go together: %j', async (options, message) => {
  expect(await problemOf(rowsOf(fileOf('a.csv', CLEAN), TYPES, options))).toBe(`"csv": ${message}`)
})

test('a file without names has columns by number; a first row of numbers is no header', async () => {
  const file = fileOf('a.csv', '1,2\n3,4\n')
  expect(await rowsOf(file, { column_1: 'number', column_2: 'integer' })).toEqual({
    column_1: [1, 3],
    column_2: [2, 4],
  })
  expect(await rowsOf(file, { 1: 'number' }, { header: true })).toEqual({ 1: [3] })
  expect(await rowsOf(fileOf('b.csv', 'x,y\n'), { column_2: 'text' }, { header: false })).toEqual({ column_2: ['y'] })
})

test('no row is taken for a header because later rows have more columns', async () => {
  expect(await rowsOf(fileOf('a.csv', 'a\nv0\nb;c\n'), { a: 'text' })).toEqual({ a: ['v0', 'b;c'] })
})

test('columns that differ only in case, and names with quotes, are told apart', async () => {
  const file = fileOf('a.csv', 'x,X,"it\'s ""x""",__proto__\n1,2,3,4\n')
  const types = Object.fromEntries(['x', 'X', 'it\'s "x"', '__proto__'].map((name) => [name, 'number' as const]))
  expect(Object.values(await rowsOf(file, types))).toEqual([[1], [2], [3], [4]])
})

test('facts of columns, and different values', async () => {
  const file = fileOf('a.csv', 'n,whole,t,d,none\n1.5,3,x,2024-01-02,\n,4,7,2024-03-04,\nNaN,,,,\n2,5,𝒳,\ufffd,\n')
  expect(await factsOf(file, ['n', 'whole', 't', 'd', 'none'])).toEqual({
    n: { gaps: 1, numbers: 2, notNumbers: 1, firstNotNumber: { file, row: 3, value: 'NaN' }, whole: false },
    whole: { gaps: 1, numbers: 3, notNumbers: 0, firstNotNumber: null, whole: true },
    t: { gaps: 1, numbers: 1, notNumbers: 2, firstNotNumber: { file, row: 1, value: 'x' }, whole: true },
    d: { gaps: 1, numbers: 0, notNumbers: 3, firstNotNumber: { file, row: 1, value: '2024-01-02' }, whole: true },
    none: { gaps: 4, numbers: 0, notNumbers: 0, firstNotNumber: null, whole: true },
  })
  await withTable(file, {}, async (table) => {
    expect(await table.distinct('t', 3)).toEqual(['7', 'x', '𝒳'])
    expect(await table.distinct('t', 2)).toBeNull()
    // a letter beyond 16 bits comes after all others, though JavaScript sorts it before some
    expect(await table.distinct('d', 9)).toEqual(['2024-01-02', '2024-03-04', '\ufffd'])
  })
})

test('facts are the same where the first rows do not show the type of a column', async () => {
  const rows = Array.from({ length: 3000 }, (_, row) => `${row},${row === 2500 ? 'oops' : row / 2}\n`).join('')
  const file = fileOf('a.csv', `a,b\n${rows}`)
  expect(await factsOf(file, ['a', 'b'])).toEqual({
    a: { gaps: 0, numbers: 3000, notNumbers: 0, firstNotNumber: null, whole: true },
    b: { gaps: 0, numbers: 2999, notNumbers: 1, firstNotNumber: { file, row: 2501, value: 'oops' }, whole: false },
  })
})

describe('a message', () => {
  const bytes = (...parts: (string | number)[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))))
  const long = 'x'.repeat(2_000_001)
  const many = '1,x\n'.repeat(50_000)

  test.each<[string, string | Uint8Array, string]>([
    ['a short row', 'a,b\n1,x\n2\n', 'row 2 (line 3) has 1 column, must have 2'],
    ['a long row', 'a,b\n1,x\n2,y,z\n', 'row 2 (line 3) has 3 columns, must have 2'],
    ['a short row far down', `a,b\n${many}2\n`, 'row 50001 (line 50002) has 1 column, must have 2'],
    ['a short row after a line end within quotes', 'a,b\n1,"x\ny"\n\n2\n', 'row 2 (line 5) has 1 column, must have 2'],
    [
      'rows that become longer',
      `a,b\n${'1,x\n'.repeat(999)}1,x,y\n`,
      'row 1000 (line 1001) has 3 columns, must have 2',
    ],
    ['a header that is too short', 'a,b\n1,x,y\n2,x,y\n', 'row 1 (line 2) has 3 columns, must have 2'],
    [
      'a quote without its end',
      'a,b\n1,"x\n2,y\n',
      'row 1 (line 2) has a quote that does not end, or text after its end',
    ],
    ['text after a quote', 'a,b\n1,x\n2,"y"z\n', 'row 2 (line 3) has a quote that does not end, or text after its end'],
    [
      'line ends "\\n", then "\\r\\n"',
      'a,b\n1,x\n2,y\r\n',
      'line 1 ends with "\\n", but line 3 with "\\r\\n"; save it with one kind of line end',
    ],
    [
      'line ends "\\r\\n", then "\\n"',
      `a,b\r\n${many.replaceAll('\n', '\r\n')}2,y\n`,
      'line 1 ends with "\\r\\n", but line 50002 with "\\n"; save it with one kind of line end',
    ],
    ['an empty file', '', 'it is empty'],
    ['blank lines', '\n\n', 'it is empty'],
    ['a header without rows', 'a,b\n', 'it has names of columns and no rows'],
    [
      'two columns of one name',
      'a,b,a\n1,x,2\n',
      'columns 1 and 3 are both called "a"; every column needs a name of its own; if the first row has no names, set "csv": {"header": false}',
    ],
    [
      'columns without names',
      'a,,b,\n1,2,x,3\n',
      'column 2 has no name; column 4 has no name; every column needs a name of its own; if the first row has no names, set "csv": {"header": false}',
    ],
    ['a long line', `a,b\n1,x\n2,${long}\n`, 'row 2 (line 3) is longer than 2000000 bytes'],
    ['a long first line', `${long.repeat(9)},b\n`, 'its first row is longer than 2000000 bytes'],
    [
      'a byte that is not UTF-8',
      bytes('a,b\n1,x\n2,', 0xe9, '\n'),
      'row 2 (line 3) has bytes that are not UTF-8; save the file as UTF-8, or set "csv": {"encoding": "latin-1"}',
    ],
    [
      'such a byte in a number',
      bytes('a,b\n1,x\n2', 0xe9, ',y\n'),
      'row 2 (line 3) has bytes that are not UTF-8; save the file as UTF-8, or set "csv": {"encoding": "latin-1"}',
    ],
    [
      'such a byte far down',
      bytes(`a,b\n${many}2,`, 0xe9, '\n'),
      'row 50001 (line 50002) has bytes that are not UTF-8; save the file as UTF-8, or set "csv": {"encoding": "latin-1"}',
    ],
    [
      'such a byte in a name',
      bytes('a,b', 0xe9, '\n1,x\n'),
      'its first row has bytes that are not UTF-8; save the file as UTF-8, or set "csv": {"encoding": "latin-1"}',
    ],
    [
      'UTF-16',
      Buffer.from('\ufeffa,b\n1,x\n', 'utf16le'),
      'it is UTF-16 text; set "csv": {"encoding": "utf-16"}, or save it as UTF-8',
    ],
    [
      'big-endian UTF-16',
      Buffer.from('\ufeffa,b\n1,x\n', 'utf16le').swap16(),
      'it is big-endian UTF-16 text; save it as UTF-8',
    ],
  ])('of %s', async (_, content, message) => {
    expect(await problemOf(rowsOf(fileOf('a.csv', content), TYPES))).toBe(`a.csv: ${message}`)
  })

  test('of a long row in a file of one column, where a blank line is a row', async () => {
    const file = fileOf('a.csv', '\n\na\n1\n\n2,3\n')
    expect(await problemOf(rowsOf(file, { a: 'number' }, { delimiter: ',' }))).toBe(
      'a.csv: row 3 (line 6) has 2 columns, must have 1',
    )
  })

  test.each(['big-endian', 'UTF-8'])('of text that is said to be UTF-16, but is %s', async (encoding) => {
    const wide = Buffer.from('a,b\n1,x\n', 'utf16le').swap16()
    const file = fileOf('a.csv', encoding === 'UTF-8' ? CLEAN : wide)
    expect(await problemOf(rowsOf(file, TYPES, { encoding: 'utf-16' }))).toMatch(
      /^a\.csv: it is (big-endian|not) UTF-16/,
    )
  })

  test('of text that is said to be latin-1', async () => {
    const file = fileOf('a.csv', bytes('a,b\n1,', 0x80, '\n'))
    expect(await problemOf(rowsOf(file, TYPES, { encoding: 'latin-1' }))).toBe(
      'a.csv: it has bytes that are no letters of latin-1; save it as UTF-8',
    )
  })

  test('of values that are no numbers lists them, and what makes gaps of them', async () => {
    const file = fileOf('a.csv', 'a,b\n1,2\noops,3\n,x\n1e39,inf\nNA,-nan\n')
    expect(await problemOf(rowsOf(file, { a: 'number', b: 'number' }))).toBe(
      [
        'a.csv has values that do not fit their columns; if they mean gaps, set "missing_values": ["oops", "x", "inf", "NA", "-nan"]',
        'a.csv: row 2, column "a": found "oops", must be a number',
        'a.csv: row 3, column "b": found "x", must be a number',
        'a.csv: row 4, column "a": found "1e39", must be a finite number of 32 bits',
        'a.csv: row 4, column "b": found "inf", must be a finite number of 32 bits',
        'a.csv: row 5, column "a": found "NA", must be a number',
        'a.csv: row 5, column "b": found "-nan", must be a finite number of 32 bits',
      ].join('\n'),
    )
  })

  test('lists at most twenty values, and the first letters of a long one', async () => {
    const file = fileOf('a.csv', `a,b\n${`1,x\n${'y'.repeat(99)},x\n`.repeat(3000)}`)
    const lines = (await problemOf(rowsOf(file, TYPES))).split('\n')
    expect(lines).toHaveLength(21)
    expect(lines[20]).toBe(`a.csv: row 40, column "a": found "${'y'.repeat(37)}...", must be a number`)
  })

  test.each([
    ['1.5', 'a whole number'],
    ['1e400', 'a whole number'],
    ['9007199254740993', 'a whole number below 2^53'],
    ['-9007199254740992', 'a whole number below 2^53'],
    ['00x', 'a whole number'],
  ])('of %s among whole numbers', async (value, must) => {
    const file = fileOf('a.csv', `a,b\n1,x\n${value},y\n`)
    expect(await problemOf(rowsOf(file, { a: 'integer' }))).toContain(
      `a.csv: row 2, column "a": found "${value}", must be ${must}`,
    )
  })

  test.each<[string, Uint8Array, string]>([
    ['cut in half', gzipSync(many).subarray(0, 100), 'the file is cut short; fetch or pack it anew'],
    ['without its end', gzipSync(CLEAN).subarray(0, -1), 'the file is cut short; fetch or pack it anew'],
    [
      'with a wrong check',
      gzipSync(CLEAN).map((byte, at, all) => (at === all.length - 8 ? byte ^ 1 : byte)),
      'the file is no whole gzip file, or it is damaged; fetch or pack it anew',
    ],
    [
      'with text behind it',
      bytes(gzipSync(CLEAN).toString('latin1'), 'more'),
      'the file is no whole gzip file, or it is damaged; fetch or pack it anew',
    ],
    [
      'that is not packed',
      Buffer.from(CLEAN),
      'the file is no whole gzip file, or it is damaged; fetch or pack it anew',
    ],
  ])('of a gzip file %s', async (_, content, message) => {
    expect(await problemOf(rowsOf(fileOf('a.csv.gz', content), TYPES))).toBe(`a.csv.gz: ${message}`)
  })
})

test('an error far down ends facts and different values too', async () => {
  const file = fileOf('a.csv', `a,b\n${'1,x\n'.repeat(50_000)}2\n`)
  const message = 'a.csv: row 50001 (line 50002) has 1 column, must have 2'
  expect(await problemOf(factsOf(file, ['a', 'b']))).toBe(message)
  expect(await problemOf(withTable(file, {}, (table) => table.distinct('b', 9)))).toBe(message)
})

test('ten thousand columns', async () => {
  const columns = Array.from({ length: 10_000 }, (_, index) => `c${index}`)
  const row = columns.map((_, index) => index / 2).join(',')
  const file = fileOf('a.csv', `${columns.join(',')}\n${`${row}\n`.repeat(20)}`)
  await withTable(file, {}, async (table) => {
    expect(Object.keys(table.columns)).toEqual(columns)
    const facts = await table.facts(columns)
    expect(columns.filter((column) => facts[column]!.whole)).toHaveLength(5000)
  })
  const rows = await rowsOf(file, Object.fromEntries(columns.map((column) => [column, 'number' as const])))
  expect(Object.values(rows).map(([first]) => first)).toEqual(columns.map((_, index) => index / 2))
})
