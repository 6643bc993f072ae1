/** `train serve RUN`: a real server and real requests. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../support/command.js'
import { ask, JSON_BODY, KINDS, type Served, serve, served } from '../support/server.js'

const ROWS = Array.from({ length: 60 }, (_, at) => ({
  age: at % 7 === 0 ? null : 20 + ((at * 37) % 50) / 3,
  height: 150 + ((at * 13) % 40),
  town: ['Rome', 'Oslo, centre', 'Bonn'][at % 3]!,
  kind: at % 2 === 0 ? 'cat' : 'dog',
}))

type Row = Readonly<Record<string, string | number | null>>

const cell = (value: string | number | null) => (value === null ? '' : /,/.test(String(value)) ? `"${value}"` : value)
const csvOf = (rows: readonly Row[]) =>
  `${[Object.keys(rows[0]!), ...rows.map((row) => Object.values(row).map(cell))].map((one) => one.join(',')).join('\n')}\n`

const dense = (end: object) => ({
  type: 'Sequential',
  layers: [
    { type: 'Dense', units: 33, activation: 'relu' },
    { type: 'Dense', units: 'auto', ...end },
  ],
})
const SPECS = {
  kinds: {
    data: KINDS,
    model: dense({ activation: 'softmax' }),
    loss: 'sparse_categorical_crossentropy',
    fit: { epochs: 3, batch_size: 16 },
  },
  series: {
    data: {
      source: 'series.csv',
      target: 'value',
      features: { value: 'float' },
      window: { sequence_length: 3, order_by: 'day' },
    },
    model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto' }] },
    loss: 'mse',
    fit: { epochs: 1, batch_size: 8 },
  },
  digits: {
    data: { dataset: 'digits' },
    model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 10, activation: 'softmax' }] },
    loss: 'sparse_categorical_crossentropy',
    fit: { epochs: 1, batch_size: 100 },
  },
  pictures: {
    data: {
      source: 'pictures.csv',
      features: { file: { type: 'image', image_size: [4, 4], color_mode: 'grayscale' } },
      target: 'kind',
    },
    model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto', activation: 'softmax' }] },
    loss: 'sparse_categorical_crossentropy',
    fit: { epochs: 1, batch_size: 4 },
  },
}

let cwd: string
let server: Served
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'trainspec-'))
  const { encode } = await import('fast-png')
  const days = Array.from({ length: 40 }, (_, at) => ({ day: at, value: Math.sin(at) }))
  const pictures = Array.from({ length: 8 }, (_, at) => ({ file: `${at}.png`, kind: at % 2 === 0 ? 'dark' : 'light' }))
  for (const [at, { file }] of pictures.entries()) {
    const data = new Uint8Array(16).fill(at % 2 === 0 ? at : 255 - at)
    writeFileSync(join(cwd, file), encode({ width: 4, height: 4, data, channels: 1 }))
  }
  writeFileSync(join(cwd, 'rows.csv'), csvOf(ROWS))
  writeFileSync(join(cwd, 'series.csv'), csvOf(days))
  writeFileSync(join(cwd, 'pictures.csv'), csvOf(pictures))
  for (const [name, spec] of Object.entries(SPECS)) {
    writeFileSync(join(cwd, `${name}.json`), JSON.stringify(spec))
    const { code, stderr } = await runCommand([`${name}.json`, '--out', name, '--engine', 'onnx'], { cwd })
    expect(code, stderr).toBe(0)
  }
  server = await serve(['kinds', '--max-rows', '100', '--max-body', '1'], cwd)
})
afterAll(() => {
  server?.child.kill('SIGKILL')
  rmSync(cwd, { recursive: true, force: true })
})

/** The answers of `train predict`. */
async function predicted(run: string, file: string): Promise<Row[]> {
  const { code, stdout, stderr } = await runCommand(['predict', run, file, '--format', 'jsonl'], { cwd })
  expect(code, stderr).toBe(0)
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

const post = (headers: Readonly<Record<string, string>>, body: string | Uint8Array<ArrayBuffer>, path = '/predict') =>
  fetch(`${server.url}${path}`, { method: 'POST', headers, body })

describe('answers', () => {
  test('are those of train predict, bit for bit, all at once and one by one', async () => {
    const expected = await predicted('kinds', 'rows.csv')
    expect(Object.keys(expected[0]!)).toEqual(['predicted_kind', 'kind=cat', 'kind=dog'])
    expect(await ask(server.url, ROWS)).toEqual({ status: 200, body: { answers: expected } })
    const each = await Promise.all(ROWS.map((row) => ask(server.url, { rows: [row] })))
    expect(each.flatMap(({ body }) => body.answers)).toEqual(expected)
  })

  test('of CSV are those of JSON, and come as CSV if that is asked for', async () => {
    const response = await post({ 'content-type': 'text/csv; charset=UTF-8', accept: 'text/csv' }, csvOf(ROWS))
    const { stdout } = await runCommand(['predict', 'kinds', 'rows.csv'], { cwd })
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(await response.text()).toBe(stdout)
  })

  test('of a value given as text are those of the number', async () => {
    const [row] = ROWS.slice(1)
    const texts = { ...row!, age: String(row!.age), height: String(row!.height) }
    expect((await ask(server.url, [texts])).body).toEqual((await ask(server.url, [row])).body)
  })

  test('of windows have the number of the day of their last row', async () => {
    const { url } = await served(['series'], cwd)
    const expected = await predicted('series', 'series.csv')
    const rows = Array.from({ length: 40 }, (_, at) => ({ day: at, value: Math.sin(at) }))
    expect(await ask(url, rows)).toEqual({ status: 200, body: { answers: expected } })
    const few = await ask(url, rows.slice(0, 2))
    expect(few).toMatchObject({ status: 400, body: { problems: [{ message: expect.stringContaining('no sample') }] } })
    const bad = await ask(url, [
      { day: 1, value: 'high' },
      { day: 2, value: 'low' },
    ])
    expect(bad.body.problems).toMatchObject([
      { row: 1, column: 'value' },
      { row: 2, column: 'value' },
    ])
  })

  test('of arrays', async () => {
    const { url } = await served(['digits'], cwd)
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as { components: { schemas: { Row: object } } }
    expect(document.components.schemas.Row).toMatchObject({ properties: { x: { type: 'array', minItems: 8 } } })
    const x = Array.from({ length: 8 }, (_, y) => Array.from({ length: 8 }, (_, x) => (x + y) % 2))
    const { status, body } = await ask(url, [{ x }, { x }])
    expect(status).toBe(200)
    expect(body.answers[0]).toEqual(body.answers[1])
    expect(
      Object.values(body.answers[0]!)
        .slice(1)
        .reduce<number>((sum, one) => sum + Number(one), 0),
    ).toBeCloseTo(1, 5)
    const wrong = await ask(url, [
      { x: x.slice(1) },
      { x: [...x.slice(1), [1, 2, 3, 4, 5, 6, 7, 'a']] },
      { x: 1 },
      { y: x },
    ])
    expect(wrong.body.problems).toEqual([
      { row: 1, column: 'x', message: 'found a list of 7, must be a list of 8, for an array of shape (8, 8)' },
      { row: 2, column: 'x', message: expect.stringMatching(/^found a string at \[7\]\[7\], must be a/) },
      { row: 3, column: 'x', message: 'found a number, must be a list of 8, for an array of shape (8, 8)' },
      { row: 4, column: 'x', message: 'found nothing, must be a list of 8, for an array of shape (8, 8)' },
    ])
    const csv = await fetch(`${url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: 'x\n1\n',
    })
    expect(csv.status).toBe(400)
    expect(await csv.text()).toContain('arrays, which CSV cannot have: send JSON')
  })

  test('of pictures as base64 are those of the files, and no file of the server is read', async () => {
    const { url } = await served(['pictures'], cwd)
    const expected = await predicted('pictures', 'pictures.csv')
    const files = Array.from({ length: 8 }, (_, at) => readFileSync(join(cwd, `${at}.png`)).toString('base64'))
    const rows = files.map((file, at) => ({ file: at === 0 ? `data:image/png;base64,${file}` : file }))
    expect(await ask(url, rows)).toEqual({ status: 200, body: { answers: expected } })
    const bad = await ask(url, [
      { file: '0.png' },
      rows[1],
      { file: null },
      { file: Buffer.from('no').toString('base64') },
    ])
    expect(bad.body.problems).toEqual([
      { row: 1, column: 'file', message: 'its file is not base64 text' },
      { row: 3, column: 'file', message: 'found a gap' },
      { row: 4, column: 'file', message: 'its file is no picture, must be JPEG, PNG, WebP, GIF or BMP' },
    ])
  })
})

describe('problems', () => {
  test('are listed all at once, by row and column', async () => {
    const { status, body } = await ask(server.url, [
      { age: 'old', height: null, town: 'Rome' },
      7,
      { age: 1, height: 1e60, town: [] },
      { age: null, height: 'Infinity', town: 'Oslo' },
    ])
    expect({ status, ...body }).toMatchObject({
      status: 400,
      problem_count: 6,
      problems: [
        { row: 1, column: 'age', message: 'found "old", must be a number' },
        { row: 1, column: 'height', message: 'found a gap' },
        { row: 2, column: null, message: 'found a number, must be an object with a value for each column' },
        { row: 3, column: 'town', message: 'found a list, must be a number or text' },
        { row: 3, column: 'height', message: 'found "1e+60", must be a finite number of 32 bits' },
        { row: 4, column: 'height', message: 'found "Infinity", must be a finite number of 32 bits' },
      ],
    })
    await expect
      .poll(server.stderr)
      .toContain('POST /predict: 400 row 1, column "age": found "old", must be a number (and 5 more)\n')
  })

  test('a column that is not there has the nearest name', async () => {
    const { body } = await ask(server.url, [{ age: 1, hieght: 2, town: 'Rome' }])
    expect(body.problems).toEqual([
      { row: null, column: 'height', message: 'there is no such column', nearest: 'hieght' },
    ])
    const csv = await post({ 'content-type': 'text/csv' }, 'age,hieght,town\nx,2,Rome\n')
    expect(((await csv.json()) as { problems: object[] }).problems).toEqual([
      { row: null, column: 'height', message: 'there is no such column', nearest: 'hieght' },
      { row: 1, column: 'age', message: 'found "x", must be a number' },
    ])
  })

  test.each([
    [400, JSON_BODY, '{"rows":', 'The body is not JSON'],
    [400, JSON_BODY, '[]', 'The request has no rows.'],
    [400, JSON_BODY, '{"rows":{}}', 'Found an object as "rows", must be a list of rows.'],
    [400, JSON_BODY, 'null', 'Found null, must be a list of rows, or an object with such a list as "rows".'],
    [400, JSON_BODY, Uint8Array.of(0x5b, 0xff, 0x5d), 'The body is not UTF-8 text'],
    [400, { 'content-type': 'text/csv' }, 'age,height,town\n1,2\n', 'cannot be inputs of this model'],
    [406, { ...JSON_BODY, accept: 'image/png' }, '[]', 'The answer can be application/json or text/csv'],
    [413, JSON_BODY, JSON.stringify(Array(101).fill(ROWS[0])), 'The request has more than 100 rows'],
    [413, JSON_BODY, ' '.repeat(1_000_001), 'The body is larger than 1.0 MB'],
    [413, { 'content-type': 'text/csv' }, `age,height,town\n${'1,2,Rome\n'.repeat(101)}`, 'more than 100 rows'],
    [
      415,
      { 'content-type': 'text/plain' },
      '[]',
      'Found Content-Type "text/plain", must be application/json or text/csv.',
    ],
    [415, { 'content-type': 'application/json; charset=latin1' }, '[]', 'Found charset "latin1", must be utf-8.'],
    [415, { ...JSON_BODY, 'content-encoding': 'gzip' }, '[]', 'Found Content-Encoding "gzip", must be none'],
  ])('%i for %j %.20s', async (status, headers, body, words) => {
    const response = await post(headers, body)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(((await response.json()) as { detail: string }).detail).toContain(words)
  })

  test('404 for another path, 405 with the methods of a path', async () => {
    expect((await post(JSON_BODY, '[]', '/predict/')).status).toBe(404)
    const wrong = await fetch(`${server.url}/predict?x=1`)
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
    const document = await post(JSON_BODY, '[]', '/health')
    expect([document.status, document.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

describe('documents', () => {
  const get = async (path: string) => (await fetch(`${server.url}${path}`)).json() as Promise<Record<string, unknown>>

  test('/health and /spec', async () => {
    expect(await get('/health')).toMatchObject({ status: 'ok', model: 'kinds', engine: expect.any(String) })
    expect(await get('/spec')).toEqual(JSON.parse(readFileSync(join(cwd, 'kinds/spec.json'), 'utf8')))
    expect((await fetch(`${server.url}/health`, { method: 'HEAD' })).status).toBe(200)
  })

  test('/openapi.json describes rows, answers and problems as they are', async () => {
    const document = await get('/openapi.json')
    expect(document).toMatchObject({ openapi: '3.1.0', paths: { '/predict': { post: { operationId: 'predict' } } } })
    const ajv = new Ajv2020({ strict: false })
    ajv.addSchema({ $id: 'api', ...document })
    const expectAs = (name: string, value: unknown) => {
      const check = ajv.getSchema(`api#/components/schemas/${name}`)!
      expect(check(value), JSON.stringify(check.errors)).toBe(true)
    }
    for (const { kind: _, ...row } of ROWS) expectAs('Row', row)
    expectAs('Answers', (await ask(server.url, ROWS)).body)
    expectAs('Problem', (await ask(server.url, [{ age: 1, hieght: 2, town: {} }])).body)
    expect(ajv.getSchema('api#/components/schemas/Row')!({ age: null, height: null, town: 'Rome' })).toBe(false)
  })
})

describe('the end', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s waits for a request under way', async (signal) => {
    const { url, child, ended, stderr } = await served(['kinds'], cwd)
    const body = JSON.stringify(ROWS)
    const answer = new Promise<string>((resolve, reject) => {
      const sent = request(`${url}/predict`, {
        method: 'POST',
        headers: { ...JSON_BODY, 'content-length': body.length },
      })
      sent.on('error', reject).on('response', (response) => {
        let text = ''
        response.on('data', (piece) => (text += piece)).on('end', () => resolve(text))
      })
      sent.write(body.slice(0, 100), () => {
        // the server has the head of the request before the signal
        setTimeout(() => child.kill(signal), 300)
        setTimeout(() => sent.end(body.slice(100)), 700)
      })
    })
    expect(JSON.parse(await answer).answers).toHaveLength(ROWS.length)
    expect(await ended).toBe(0)
    expect(stderr()).toMatch(/Stopped; every request was answered\.\n$/)
  })

  test('a second signal ends it at once', async () => {
    const { url, child, ended } = await served(['kinds'], cwd)
    const sent = request(`${url}/predict`, { method: 'POST', headers: { ...JSON_BODY, 'content-length': 100 } })
    sent.on('error', () => {}).write('[')
    await new Promise((resolve) => setTimeout(resolve, 300))
    child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(child.exitCode).toBeNull()
    child.kill('SIGTERM')
    expect(await ended).toBe(143)
  })
})

test('a port in use, and a host of another machine, are refused in a sentence', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  const taken = await runCommand(['serve', 'kinds', '--port', String(port)], { cwd })
  other.close()
  expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining(`another program uses port ${port}`) })
  const strange = await runCommand(['serve', 'kinds', '--port', '0', '--host', '192.0.2.1'], { cwd })
  expect(strange).toMatchObject({ code: 2, stderr: expect.stringContaining('must be an address of this machine') })
})
