/** Requests that no client should send. */
import fc from 'fast-check'

export interface Hostile {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const NAMES = [
  'age',
  'height',
  'town',
  '__proto__',
  'constructor',
  'toString',
  'rows',
  '',
  'a'.repeat(1000),
  '\u0000',
  '\ud800',
]

const VALUES = [
  ...['1', '-0', '1e400', '-1e400', '1e-400', '9007199254740993', '123456789012345678901234567890', 'NaN', 'Infinity'],
  ...['null', 'true', '""', '"NaN"', '"1_000"', '"\\u0000"', '"\\ud800"', '"1,5"', '[]', '{}', '[[1]]', '"Rome"'],
  ...['{"__proto__":{"x":1}}', `"${'9'.repeat(10_000)}"`, `"${' '.repeat(5000)}1"`],
]

const text = (value: string) => JSON.stringify(value)
const cell = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('1', '2.5', '"3"') },
  { weight: 1, arbitrary: fc.constantFrom(...VALUES) },
)
const row = fc.oneof(
  fc.tuple(cell, cell, cell).map(([age, height, town]) => `{"age":${age},"height":${height},"town":${town}}`),
  fc
    .array(fc.tuple(fc.constantFrom(...NAMES), cell), { maxLength: 5 })
    .map((pairs) => `{${pairs.map(([name, value]) => `${text(name)}:${value}`).join(',')}}`),
  cell,
)
const rows = fc.array(row, { maxLength: 6 }).map((all) => `[${all.join(',')}]`)
const deep = fc
  .tuple(fc.constantFrom('[', '{"rows":', '[{"age":'), fc.constantFrom(10, 1000, 100_000))
  .map(([open, depth]) => {
    const close = open.startsWith('[') ? (open === '[' ? ']' : '}]') : '}'
    return `${open.repeat(depth)}1${close.repeat(depth)}`
  })
const json = fc.oneof(
  { weight: 5, arbitrary: rows },
  { weight: 3, arbitrary: rows.map((all) => `{"rows":${all}}`) },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: fc.json() },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '[{}]',
      '[[]]',
      '"',
      `"${'\\"'.repeat(200_000)}`,
      `[${'{},'.repeat(20_000)}{}]`,
      `[${'1,'.repeat(200_000)}1]`,
    ),
  },
)
const csv = fc.oneof(
  fc
    .array(
      fc.array(fc.constantFrom('1', '', 'Rome', '"', '""', '"a""b"', '\u0000', ';', '1e999', "'"), { maxLength: 4 }),
      { maxLength: 6 },
    )
    .map((all) => `age,height,town\n${all.map((one) => one.join(',')).join('\n')}`),
  fc.constantFrom(
    '',
    '\n',
    'age',
    'age,height,town',
    'age,age,town\n1,2,3\n',
    '{"age":1}',
    `age,height,town\n"${'x'.repeat(300_000)}`,
    `${','.repeat(100_000)}\n1`,
    'age,height,town\r1,2,Rome\r',
  ),
)

/** Changes some bytes of a body, or its encoding. */
const damaged = (body: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      body,
      fc.constantFrom('none', 'none', 'none', 'none', 'none', 'flip', 'cut', 'insert', 'utf16le', 'latin1', 'bom'),
      fc.nat(),
      fc.nat(255),
    )
    .map(([given, how, at, byte]) => {
      const bytes = Buffer.from(given)
      const place = bytes.length === 0 ? 0 : at % bytes.length
      if (how === 'flip' && bytes.length > 0) bytes[place] = byte
      if (how === 'cut') return bytes.subarray(0, place)
      if (how === 'insert') return Buffer.concat([bytes.subarray(0, place), Buffer.from([byte]), bytes.subarray(place)])
      if (how === 'utf16le' || how === 'latin1') return Buffer.from(given, how)
      return how === 'bom' ? Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]) : bytes
    })

const TYPES = [
  'application/json',
  'text/csv',
  'application/json; charset=utf-8',
  'text/csv;charset="UTF-8"',
  'application/json; charset=utf-7',
  'text/csv; charset=latin1',
  'application/json;;;=',
  'multipart/form-data',
  '__proto__',
  'application/json, text/csv',
  'a'.repeat(4000),
]
const headers = fc.record(
  {
    'content-type': fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('application/json', 'text/csv') },
      { weight: 1, arbitrary: fc.constantFrom(...TYPES) },
    ),
    accept: fc.constantFrom(
      '*/*',
      'application/json',
      'text/csv;q=0.5, */*;q=0',
      'image/*',
      ';;;,,q=',
      '__proto__',
      'a/b;q=1e9',
    ),
    'content-encoding': fc.constantFrom('identity', 'gzip', 'identity, gzip', ''),
    expect: fc.constantFrom('100-continue', 'the worst'),
    'x-long': fc.constantFrom('a'.repeat(1000), 'b'.repeat(20_000)),
  },
  { requiredKeys: ['content-type'] },
)
/** Most requests have few headers that are odd. */
const fewHeaders = fc
  .tuple(headers, fc.nat(9))
  .map(([all, dice]) => (dice < 7 ? { 'content-type': all['content-type']! } : all))

const requestOf = (body: fc.Arbitrary<string>): fc.Arbitrary<Hostile> =>
  fc.record({
    method: fc.oneof(
      { weight: 12, arbitrary: fc.constant('POST') },
      { weight: 1, arbitrary: fc.constantFrom('GET', 'PUT', 'OPTIONS', 'DELETE', 'HEAD', 'TRACE', 'PATCH') },
    ),
    path: fc.oneof(
      { weight: 12, arbitrary: fc.constant('/predict') },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '/',
          '/predict?a=%ff',
          '/predict/../spec',
          '//predict',
          '/__proto__',
          '/%00',
          '*',
          'http://x/predict',
          `/${'p'.repeat(5000)}`,
          '/health',
          '/spec',
        ),
      },
    ),
    headers: fewHeaders as fc.Arbitrary<Record<string, string>>,
    body: damaged(body),
  })

/** The same ones every time. */
export const hostileRequests = (count: number): readonly Hostile[] =>
  fc.sample(fc.oneof({ weight: 4, arbitrary: requestOf(json) }, { weight: 1, arbitrary: requestOf(csv) }), {
    seed: 20_260_101,
    numRuns: count,
  })

/** Bytes that are no HTTP, or none that Node accepts. */
export const NO_HTTP: readonly string[] = [
  '\r\n\r\n',
  'hello\r\n\r\n',
  'POST /predict\r\n\r\n',
  'POST /predict HTTP/1.1\r\n\r\n',
  'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
  'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n',
  'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[',
  'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999999\r\n\r\n[',
  'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /health HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  '\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000',
]
