/** Files of addresses, from a server on this machine: kept, compared, resumed, and never taken for whole if cut. */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { UserError } from '../../../src/base/issue.js'
import type { Transfer } from '../../../src/base/transfer.js'
import { type RemoteOptions, remoteFile } from '../../../src/data/remote/remote-file.js'
import { temporaryFolder } from '../../support/command.js'
import { filesBelow } from '../../support/installation.js'

const DATA = randomBytes(300_000)
const sha256Of = (data: Buffer) => createHash('sha256').update(data).digest('hex')

/** Answers with the data of a version, or the rest of it, or that it is unchanged. */
function serve(data: Buffer, etag = '"1"', cutAfter = Number.POSITIVE_INFINITY): RequestListener {
  return (request, response) => {
    if (request.headers['if-none-match'] === etag) return response.writeHead(304).end()
    const asked = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const from = request.headers['if-range'] === etag ? asked : 0
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      'content-length': data.length - from,
      ...(from > 0 && { 'content-range': `bytes ${from}-${data.length - 1}/${data.length}` }),
    })
    if (cutAfter >= data.length - from) return response.end(data.subarray(from))
    return response.write(data.subarray(from, from + cutAfter), () => setTimeout(() => response.destroy(), 20))
  }
}

interface TestServer {
  readonly url: string
  readonly requests: IncomingMessage[]
  /** How the next requests are answered; the last one goes on. */
  answers: RequestListener[]
  close(): Promise<void>
}

async function serverOf(...answers: RequestListener[]): Promise<TestServer> {
  const requests: IncomingMessage[] = []
  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push(request)
    const answer = it.answers.length > 1 ? it.answers.shift()! : it.answers[0]!
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  onTestFinished(close)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/iris.csv`
  const it: TestServer = { url, requests, answers, close }
  return it
}

/** Fetches into a cache of its own. */
function fetcher(options: Partial<RemoteOptions> = {}) {
  const cache = temporaryFolder()
  const said: string[] = []
  const progress: Transfer[] = []
  const listener = { say: (line: string) => said.push(line), progress: (one: Transfer) => progress.push(one) }
  const fetchFile = (url: string, more: Partial<RemoteOptions> = {}) =>
    remoteFile(url, {
      ...{ signal: new AbortController().signal, listener, cache, waitsMs: [5, 5], stallMs: 300 },
      ...options,
      ...more,
    })
  return { fetchFile, cache, said, progress }
}

test('a file is downloaded once, under its name, and compared later', async () => {
  const server = await serverOf(serve(DATA))
  const { fetchFile, said, progress } = fetcher()
  const path = await fetchFile(server.url)
  expect(basename(path)).toBe('iris.csv')
  expect(readFileSync(path).equals(DATA)).toBe(true)
  expect(progress[0]).toEqual({ verb: 'Downloading', file: 'iris.csv', done: 0, total: DATA.length })
  expect(progress.at(-1)).toEqual({ verb: 'Downloading', file: 'iris.csv', done: DATA.length, total: DATA.length })
  expect(await fetchFile(server.url)).toBe(path)
  expect(server.requests).toHaveLength(2)
  expect(server.requests[1]!.headers['if-none-match']).toBe('"1"')
  expect(said).toEqual([])
})

test('a file that the server has changed is downloaded again; the old copy goes a day later', async () => {
  const server = await serverOf(serve(DATA))
  const { fetchFile, cache, said } = fetcher()
  await fetchFile(server.url)
  server.answers = [serve(Buffer.from('new'), '"2"')]
  expect(readFileSync(await fetchFile(server.url), 'utf8')).toBe('new')
  expect(said).toEqual([expect.stringMatching(/iris.csv has changed since \d{4}-\d\d-\d\d\.$/)])
  const copies = () => filesBelow(cache).filter((file) => file.endsWith('iris.csv'))
  expect(copies()).toHaveLength(2)
  const old = filesBelow(cache).filter((file) => file.endsWith('.copy.json'))
  for (const note of old) {
    const path = join(cache, note)
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), checked: 1 }))
  }
  server.answers = [serve(Buffer.from('newer'), '"3"')]
  expect(readFileSync(await fetchFile(server.url), 'utf8')).toBe('newer')
  expect(copies()).toHaveLength(1)
})

test('the copy is used without a network, or if the server fails', async () => {
  const server = await serverOf(serve(DATA))
  const { fetchFile, said } = fetcher()
  const path = await fetchFile(server.url)
  server.answers = [(_, response) => response.writeHead(500).end()]
  expect(await fetchFile(server.url)).toBe(path)
  server.answers = [() => {}]
  expect(await fetchFile(server.url)).toBe(path)
  await server.close()
  expect(await fetchFile(server.url)).toBe(path)
  expect(said).toEqual([
    expect.stringMatching(/: the copy of .* is used, because the server answered 500\.$/),
    expect.stringMatching(/: the copy of .* is used, because the server sent nothing for too long\.$/),
    expect.stringMatching(/: the copy of .* is used, because the server refuses connections\.$/),
  ])
})

test('a copy of no version is used without asking', async () => {
  const server = await serverOf((_, response) => response.end(DATA))
  const { fetchFile, said } = fetcher()
  const path = await fetchFile(server.url)
  expect(await fetchFile(server.url)).toBe(path)
  expect(server.requests).toHaveLength(1)
  expect(said).toEqual([expect.stringMatching(/: the copy of .* is used, because the server tells no version\.$/)])
})

test('a copy with the right checksum is used without asking; a wrong one is not', async () => {
  const server = await serverOf(serve(DATA))
  const { fetchFile } = fetcher()
  const path = await fetchFile(server.url, { sha256: sha256Of(DATA).toUpperCase() })
  expect(await fetchFile(server.url, { sha256: sha256Of(DATA) })).toBe(path)
  expect(server.requests).toHaveLength(1)
  const other = Buffer.from('other')
  await expect(fetchFile(server.url, { sha256: sha256Of(other) })).rejects.toThrow(
    `is not the expected file: its SHA-256 is ${sha256Of(DATA)}, must be ${sha256Of(other)}`,
  )
  server.answers = [serve(other, '"2"')]
  expect(readFileSync(await fetchFile(server.url, { sha256: sha256Of(other) }), 'utf8')).toBe('other')
})

test('a copy that was damaged is downloaded again', async () => {
  const server = await serverOf(serve(DATA))
  const { fetchFile } = fetcher()
  writeFileSync(await fetchFile(server.url), 'cut')
  expect(readFileSync(await fetchFile(server.url)).equals(DATA)).toBe(true)
})

test('a download that is cut goes on, at once and in the next start', async () => {
  const server = await serverOf(serve(DATA, '"1"', 100_000), serve(DATA, '"1"', 100_000), serve(DATA))
  const { fetchFile } = fetcher()
  await expect(fetchFile(server.url, { waitsMs: [5] })).rejects.toThrow(/cannot be downloaded: the connection was cut/)
  expect(readFileSync(await fetchFile(server.url)).equals(DATA)).toBe(true)
  const ranges = server.requests.map(({ headers }) => Number(/\d+/.exec(headers.range ?? '0')![0]))
  expect(ranges).toHaveLength(3)
  expect(ranges[2]).toBeGreaterThan(ranges[1]!)
  expect(server.requests[2]!.headers['if-range']).toBe('"1"')
})

test('the rest of another version is not added', async () => {
  const server = await serverOf(serve(DATA, '"1"', 100_000))
  const { fetchFile, cache } = fetcher({ waitsMs: [] })
  await expect(fetchFile(server.url)).rejects.toThrow('cannot be downloaded')
  expect(filesBelow(cache).some((file) => file.endsWith('iris.csv'))).toBe(false)
  const other = randomBytes(300_000)
  server.answers = [serve(other, '"2"')]
  expect(readFileSync(await fetchFile(server.url)).equals(other)).toBe(true)
})

test('a file without a size is whole when its last part has come', async () => {
  const server = await serverOf(
    (_, response) => {
      response.write(DATA.subarray(0, 1000))
      response.destroy()
    },
    (_, response) => {
      response.write(DATA.subarray(0, 1000))
      response.end(DATA.subarray(1000))
    },
  )
  const { fetchFile, progress } = fetcher()
  expect(readFileSync(await fetchFile(server.url)).equals(DATA)).toBe(true)
  expect(progress.at(-1)).toMatchObject({ done: DATA.length, total: null })
})

test('two downloads at once give whole files', async () => {
  const server = await serverOf(serve(DATA))
  const { fetchFile } = fetcher()
  const paths = await Promise.all([1, 2, 3].map(() => fetchFile(server.url)))
  expect(readFileSync(paths[2]!).equals(DATA)).toBe(true)
})

test('a download that is interrupted is kept for the next start', async () => {
  const server = await serverOf((_, response) => {
    response.writeHead(200, { etag: '"1"', 'content-length': DATA.length })
    response.write(DATA.subarray(0, 100_000))
  }, serve(DATA))
  const { fetchFile } = fetcher({ stallMs: 5000 })
  const interrupt = new AbortController()
  const listener = { say: () => {}, progress: ({ done }: Transfer) => done === 100_000 && interrupt.abort() }
  await expect(fetchFile(server.url, { signal: interrupt.signal, listener })).rejects.toThrow('abort')
  expect(readFileSync(await fetchFile(server.url)).equals(DATA)).toBe(true)
  expect(server.requests[1]!.headers.range).toBe('bytes=100000-')
})

test('redirections are followed; the name may come from the server', async () => {
  const server = await serverOf(
    (_, response) => response.writeHead(302, { location: '/files/17?token=a' }).end(),
    (_, response) => {
      response.writeHead(200, { 'content-disposition': 'attachment; filename="../../.iris data.csv.gz"' }).end('x')
    },
  )
  const { fetchFile } = fetcher()
  const path = await fetchFile(server.url.replace('iris.csv', '17'))
  expect(basename(path)).toBe('iris_data.csv.gz')
  expect(server.requests[1]!.url).toBe('/files/17?token=a')
})

test.each<[string, RequestListener, string]>([
  ['that is missing', (_, response) => response.writeHead(404).end(), 'cannot be downloaded: the server answered 404'],
  ['that is forbidden', (_, response) => response.writeHead(403).end(), 'the server answered 403 (Forbidden)'],
  ['of a broken server', (_, response) => response.writeHead(503).end(), 'the server answered 503'],
  ['of a server that hangs up', (_, response) => response.destroy(), 'the connection was cut'],
  [
    'of a server without an end',
    ({ url }, response) => response.writeHead(302, { location: `${url}1` }).end(),
    'redirect count exceeded',
  ],
  [
    'that is a page',
    (_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>'),
    'is a web page, must be a file; write the address of the file itself',
  ],
  [
    'that is packed on the way',
    (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(DATA)),
    'comes packed by gzip, although that was not asked for',
  ],
  [
    'that says no size',
    (request, response) => {
      response.removeHeader('transfer-encoding')
      request.socket.end('HTTP/1.0 200 OK\r\n\r\n1,2\n')
    },
    'the server tells no size, so a cut file could not be noticed; its "sha256" is needed',
  ],
])('a file %s is refused', async (_, answer, message) => {
  const server = await serverOf(answer)
  const { fetchFile, cache } = fetcher()
  const refused = fetchFile(server.url)
  await expect(refused).rejects.toThrow(message)
  await expect(refused).rejects.toBeInstanceOf(UserError)
  expect(filesBelow(cache).filter((file) => file.includes('.csv'))).toEqual([])
})

test.each([
  ['file:///etc/passwd', 'an address must begin with http:// or https://; write the path alone'],
  ['ftp://user:secret@example.org/x.csv', 'ftp://example.org/x.csv: an address must begin with http://'],
  ['s3://bucket/x.csv', 'an address must begin with http:// or https://; download the file, and write its path'],
  ['http://', 'http://: is not an address'],
])('%s is refused', async (url, message) => {
  const { fetchFile } = fetcher()
  await expect(fetchFile(url)).rejects.toThrow(message)
})

test('a password reaches the server, but no message, as the query of an address does not', async () => {
  const server = await serverOf((_, response) => response.writeHead(404).end())
  const { fetchFile } = fetcher()
  const url = `${server.url.replace('//', '//user:secret@')}?token=secret`
  const error = await fetchFile(url).catch((error) => error)
  expect(error.message).not.toContain('secret')
  expect(server.requests[0]!.headers.authorization).toBe(`Basic ${Buffer.from('user:secret').toString('base64')}`)
})
