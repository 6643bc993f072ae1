/** A package index on this machine that serves made-up wheels, with or without faults. */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { unpackedPath } from '../../src/libtensorflow/contents.js'
import type { Wheel } from '../../src/libtensorflow/wheels.js'
import { zipOf } from './zip.js'

const names = (
  process.platform === 'darwin' ? ['_cc.2.dylib', '_framework.2.dylib'] : ['_cc.so.2', '_framework.so.2']
).map((ending) => `libtensorflow${ending}`)
/** Names of the two library files on this system. */
export const [LIBRARY, FRAMEWORK] = names as [string, string]

export interface MadeUpWheel {
  readonly wheel: Wheel
  readonly data: Buffer
}

export function wheelOf(
  project: string,
  files: Readonly<Record<string, string | Buffer>>,
  version = '2.21.0',
): MadeUpWheel {
  const data = zipOf(files)
  const file = `${project.replaceAll('-', '_')}-${version}-cp312-cp312-manylinux_2_17_x86_64.whl`
  const unpacked = Object.entries(files)
    .filter(([name]) => unpackedPath(name) !== undefined)
    .reduce((sum, [, content]) => sum + Buffer.byteLength(content), 0)
  const sha256 = createHash('sha256').update(data).digest('hex')
  return { data, wheel: { project, version, file, bytes: data.length, unpacked, sha256 } }
}

/** About 300 kB that do not shrink, so that a download has a middle. */
export const tensorflowWheel = (): MadeUpWheel =>
  wheelOf('tensorflow-cpu', {
    [`tensorflow/${LIBRARY}`]: randomBytes(200_000),
    [`tensorflow/${FRAMEWORK}`]: randomBytes(100_000),
    'tensorflow/THIRD_PARTY_NOTICES.txt': 'notices',
    'tensorflow/include/LICENSE': 'Apache',
    'tensorflow/python/left_out.py': 'print()',
    'tensorflow_cpu-2.21.0.dist-info/LICENSE': 'Apache',
    'tensorflow_cpu-2.21.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.21.0\n',
    'tensorflow_cpu-2.21.0.dist-info/WHEEL':
      'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp312-cp312-manylinux_2_17_x86_64\n',
    'tensorflow_cpu-2.21.0.dist-info/RECORD': '',
  })

export type Answer = (request: IncomingMessage, response: ServerResponse, data: Buffer) => void

/** All of a file, or the range that is asked for. */
export const serve: Answer = (request, response, data) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (from === 0) response.writeHead(200, { 'content-length': data.length })
  else
    response.writeHead(206, {
      'content-range': `bytes ${from}-${data.length - 1}/${data.length}`,
      'content-length': data.length - from,
    })
  response.end(data.subarray(from))
}

/** Like `serve`, but the connection is cut when so many bytes have gone. */
export const cutAfter =
  (count: number): Answer =>
  (request, response, data) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    response.writeHead(from === 0 ? 200 : 206, {
      'content-range': `bytes ${from}-${data.length - 1}/${data.length}`,
      'content-length': data.length - from,
    })
    response.write(data.subarray(from, from + count), () => setTimeout(() => response.destroy(), 20))
  }

/** Sends a part and then nothing, and keeps the connection. */
export const stallAfter =
  (count: number): Answer =>
  (_, response, data) => {
    response.writeHead(200, { 'content-length': data.length })
    response.write(data.subarray(0, count))
  }

export interface IndexOptions {
  /** How the first, second, ... request for a file is answered; the last one goes on. Default: well. */
  readonly answers?: readonly Answer[]
  readonly html?: boolean
  /** The hash that the index tells; default: the true one. */
  readonly sha256?: string
}

export interface PackageIndex {
  readonly url: string
  /** Requests for files: the range asked for, and the authorization. */
  readonly requests: { range: string | undefined; authorization: string | undefined }[]
}

export async function packageIndex(wheels: readonly MadeUpWheel[], options: IndexOptions = {}): Promise<PackageIndex> {
  const { answers = [serve], html = false } = options
  const requests: PackageIndex['requests'] = []
  const server = createServer((request, response) => {
    const file = wheels.find(({ wheel }) => request.url === `/files/${wheel.file}`)
    if (file) {
      requests.push({ range: request.headers.range, authorization: request.headers.authorization })
      const answer = answers[Math.min(requests.length, answers.length) - 1]!
      answer(request, response, file.data)
      return
    }
    const listed = wheels.filter(({ wheel }) => request.url === `/simple/${wheel.project}/`)
    if (listed.length === 0) response.writeHead(404).end()
    else if (html) {
      const links = listed.map(
        ({ wheel: { file, sha256 } }) => `<a href="../../files/${file}#sha256=${options.sha256 ?? sha256}">${file}</a>`,
      )
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<!DOCTYPE html><body>${links.join('<br>\n')}</body>`)
    } else {
      const files = listed.map(({ wheel: { file, sha256, bytes } }) => ({
        filename: file,
        url: `../../files/${file}`,
        hashes: { sha256: options.sha256 ?? sha256 },
        size: bytes,
      }))
      response
        .writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' })
        .end(JSON.stringify({ meta: { 'api-version': '1.0' }, files }))
    }
  })
  return { url: await listening(server), requests }
}

/** An index that answers everything so. */
export const indexThat = (answer: RequestListener): Promise<string> => listening(createServer(answer))

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`
}
