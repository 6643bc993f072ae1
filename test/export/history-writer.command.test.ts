/** `--history`: the contents of the file or stream after each epoch, and after a failure. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { historyText } from '../../src/export/history.js'
import { formatOf } from '../../src/export/history-formats.js'
import { checkHistoryPath, historyFile, historyStream } from '../../src/export/history-writer.js'
import { epochsOf, historyOf } from './sample-run.js'

const [first, second] = epochsOf({ loss: 0.5 }, { loss: 0.25 }) as [
  ReturnType<typeof epochsOf>[0],
  ReturnType<typeof epochsOf>[0],
]
const CSV = ['epoch,loss,learning_rate,seconds\n1,0.5,0.001,3.25\n', '2,0.25,0.001,3.25\n'] as const
const JSONL = [
  '{"epoch":1,"loss":0.5,"learning_rate":0.001,"seconds":3.25}\n',
  '{"epoch":2,"loss":0.25,"learning_rate":0.001,"seconds":3.25}\n',
] as const

test('the format follows from the file extension', () => {
  expect(['a.csv', 'b.jsonl', 'c.ndjson', 'd.json', 'e.CSV', 'f', 'csv'].map(formatOf)).toEqual([
    'csv',
    'jsonl',
    'jsonl',
    'json',
    'csv',
    'json',
    'json',
  ])
})

describe('a file', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trainspec-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test.each([
    ['csv', CSV],
    ['jsonl', JSONL],
  ] as const)('%s: a row is there when its epoch has ended', async (format, rows) => {
    const path = join(folder, 'history')
    const writer = historyFile(path, format)
    await writer.epoch(first)
    expect(await readFile(path, 'utf8')).toBe(rows[0])
    await writer.epoch(second)
    expect(await readFile(path, 'utf8')).toBe(rows[0] + rows[1])
    await writer.end(historyOf())
    expect(await readFile(path, 'utf8')).toBe(rows[0] + rows[1])
  })

  test.skipIf(process.platform === 'win32').each([
    ['csv', CSV.join('')],
    ['jsonl', JSONL.join('')],
    ['json', historyText(historyOf())],
  ] as const)('%s: a pipe, as of >(command), gets all and stays', async (format, all) => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const got = readFile(path, 'utf8')
    await checkHistoryPath(path, format)
    const writer = historyFile(path, format)
    for (const event of [first, second]) await writer.epoch(event)
    await writer.end(historyOf())
    expect(await got).toBe(all)
    expect((await lstat(path)).isFIFO()).toBe(true)
  })

  test.skipIf(process.platform === 'win32')('csv: a reader that leaves a pipe, such as >(head -1)', async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const reader = spawn('head', ['-n', '1', path])
    const read = text(reader.stdout)
    const gone = once(reader, 'exit')
    const writer = historyFile(path, 'csv')
    await writer.epoch(first)
    await gone
    await writer.epoch(second)
    await writer.end()
    expect(await read).toBe('epoch,loss,learning_rate,seconds\n')
  })

  test('csv: an older file stays until the first row replaces it', async () => {
    const path = join(folder, 'history.csv')
    await writeFile(path, 'older and longer than the header and the first row of the new one together, by far\n')
    const failed = historyFile(path)
    await failed.end()
    expect(await readFile(path, 'utf8')).toMatch(/^older/)
    const writer = historyFile(path)
    await writer.epoch(first)
    await writer.end(historyOf())
    expect(await readFile(path, 'utf8')).toBe(CSV[0])
  })

  test('json: nothing before the end, then all of it', async () => {
    const path = join(folder, 'history.json')
    const writer = historyFile(path)
    await writer.epoch(first)
    expect(await readdir(folder)).toEqual([])
    await writer.end(historyOf())
    expect(await readFile(path, 'utf8')).toBe(historyText(historyOf()))
    expect(await readdir(folder)).toEqual(['history.json'])
  })

  test('json: a run that failed leaves the older file', async () => {
    const path = join(folder, 'history.json')
    await writeFile(path, 'older')
    await historyFile(path).end()
    expect(await readFile(path, 'utf8')).toBe('older')
  })
})

describe('a history that cannot be written is refused before the run', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trainspec-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const refusal = async (...name: string[]) =>
    checkHistoryPath(join(folder, ...name)).then(
      () => null,
      ({ name, message }) => `${name}: ${message.replace(folder, '')}`,
    )

  test('a new file, an old file', async () => {
    await writeFile(join(folder, 'old.json'), 'older')
    expect(await refusal('new.json')).toBeNull()
    expect(await refusal('old.json')).toBeNull()
    expect(await readdir(folder)).toEqual(['old.json'])
  })

  test('a folder, one to be, one that is missing, a file in its place', async () => {
    await mkdir(join(folder, 'sub'))
    await writeFile(join(folder, 'file'), '')
    expect(await refusal('sub')).toBe('UserError: Cannot write the history: /sub: is a folder, must be a file.')
    expect(await refusal('new/')).toBe('UserError: Cannot write the history: /new/: is a folder, must be a file.')
    expect(await refusal('no', 'h.csv')).toBe('UserError: Cannot write the history: /no: no such file or folder.')
    expect(await refusal('file', 'h.csv')).toBe(
      'UserError: Cannot write the history: /file/h.csv: a part of the path is a file, not a folder.',
    )
  })
})

describe('a stream', () => {
  test.each([
    ['csv', CSV.join('')],
    ['jsonl', JSONL.join('')],
    ['json', historyText(historyOf())],
  ] as const)('%s: all that it gets', async (format, all) => {
    const stream = new PassThrough()
    const writer = historyStream(stream, format)
    for (const event of [first, second]) await writer.epoch(event)
    await writer.end(historyOf())
    stream.end()
    expect(await text(stream)).toBe(all)
  })

  test('rows go out as epochs end', async () => {
    const stream = new PassThrough({ encoding: 'utf8' })
    const writer = historyStream(stream, 'csv')
    await writer.epoch(first)
    expect(stream.read()).toBe(CSV[0])
    await writer.epoch(second)
    expect(stream.read()).toBe(CSV[1])
  })

  test('a reader that closes standard output early, such as head, does not stop the run', async () => {
    const writer = fileURLToPath(new URL('../../dist/export/history-writer.js', import.meta.url))
    const script = `
      import { historyStream } from ${JSON.stringify(writer)}
      import { once } from 'node:events'
      const out = historyStream(process.stdout, 'csv')
      await out.epoch(${JSON.stringify(first)})
      await once(process.stdin, 'data')
      for (let epoch = 2; epoch <= 50; epoch++) {
        await out.epoch({ ...${JSON.stringify(second)}, epoch })
        await new Promise((resolve) => setImmediate(resolve))
      }
      await out.end()
      process.stderr.write('trained to the end')
      process.exit(0)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script])
    const errors = text(child.stderr)
    const [row] = await once(child.stdout, 'data')
    expect(String(row)).toBe(CSV[0])
    child.stdout.destroy()
    child.stdin.end('the reader is gone')
    const [code] = await once(child, 'exit')
    expect(await errors).toBe('trained to the end')
    expect(code).toBe(0)
  })
})
