/** An HTTP server that answers for a trained model. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Negotiator from 'negotiator'
import { problemWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { rowProblemsIn } from '../data/requests/rows.js'
import type { DataSpec } from '../spec/spec.js'
import { ANSWER_TYPES, type AnswerType, answerText } from './answer-text.js'
import { HttpProblem, problemDocument, problemLine } from './http-problem.js'
import { formatOf, JSON_TYPE, type Limits, readBody, rowsIn } from './request-body.js'
import type { Service } from './service.js'

export interface ServerOptions {
  readonly service: Service
  readonly data: DataSpec
  /** JSON documents by path, which are answered as they are. */
  readonly documents: Readonly<Record<string, string>>
  readonly limits: Limits
  /** Hears a line about each request that is not answered with rows. */
  say(line: string): void
  /** Hears of an error of the program itself. */
  failed(error: unknown): void
}

export interface Server {
  /** Starts. Returns the address as a URL. Throws a UserError if that is not possible. */
  listen(port: number, host: string): Promise<string>
  /** Takes no more requests, and waits until those under way are answered. */
  stop(): Promise<void>
}

/** Milliseconds in which a client must have sent its request. */
const REQUEST_MS = 60_000

/** Bodies of the largest size that are in memory at once; further requests are told to come again. */
const BODIES = 16

const PREDICT = '/predict'

export function openServer({ service, data, documents, limits, say, failed }: ServerOptions): Server {
  const methods: Readonly<Record<string, readonly string[]>> = {
    [PREDICT]: ['POST'],
    ...Object.fromEntries(Object.keys(documents).map((path) => [path, ['GET', 'HEAD']])),
  }
  let underWay = 0
  let bytesUnderWay = 0
  let isStopping = false
  let allAnswered = () => {}

  const server = createServer({ requestTimeout: REQUEST_MS }, async (request, response) => {
    underWay++
    response.on('close', () => {
      underWay--
      if (underWay === 0) allAnswered()
    })
    // a client that goes away is no problem of the server
    request.on('error', () => {})
    response.on('error', () => {})
    try {
      await respond(request, response)
    } catch (error) {
      if (response.destroyed || (request.destroyed && !request.complete)) return
      refuse(request, response, error)
    }
  })

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isStopping) throw new HttpProblem(503, 'The server is stopping.', [], { connection: 'close' })
    const path = pathOf(request)
    const { method = '' } = request
    if (!Object.hasOwn(methods, path)) {
      const known = Object.entries(methods).map(([one, [first]]) => `${first} ${one}`)
      throw new HttpProblem(404, `There is no such path; there are ${known.join(', ')}.`)
    }
    const allowed = methods[path]!
    if (!allowed.includes(method)) {
      const allow = allowed.join(', ')
      throw new HttpProblem(405, `${path} takes ${allow}.`, [], { allow })
    }
    if (path !== PREDICT) {
      send(response, 200, JSON_TYPE, documents[path]!)
      return
    }
    const type = typeOf(request)
    const format = formatOf(request)
    const room = roomFor(request)
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    try {
      const body = await readBody(request, limits)
      const rows = await rowsIn(body, format, { columns: service.reader.columns, data, limits })
      send(response, 200, type, await answerText(type, service.answer(rows, gone.signal), service.columns))
    } finally {
      bytesUnderWay -= room
    }
  }

  /** Keeps room for the body of a request. */
  function roomFor({ headers }: IncomingMessage): number {
    const bytes = Math.min(limits.body, Number(headers['content-length'] ?? limits.body))
    if (bytesUnderWay + bytes > BODIES * limits.body) {
      throw new HttpProblem(503, 'Too many requests are under way.', [], { 'retry-after': '1' })
    }
    bytesUnderWay += bytes
    return bytes
  }

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const problem = problemOf(error)
    say(problemLine(`${request.method} ${pathOf(request)}`, problem))
    if (problem.status === 500) failed(error)
    if (response.headersSent) return
    for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value)
    send(response, problem.status, 'application/problem+json', `${JSON.stringify(problemDocument(problem))}\n`)
  }

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', (error) => reject(listenProblem(error, port, host)))
        server.listen(port, host, () => resolve(urlOf(server.address() as AddressInfo)))
      }),
    async stop() {
      isStopping = true
      const answered = new Promise<void>((resolve) => {
        allAnswered = resolve
      })
      server.close()
      if (underWay > 0) await answered
      server.closeAllConnections()
    },
  }
}

function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error
  const problems = rowProblemsIn(error)
  return problems === null
    ? new HttpProblem(500, 'This is a bug in the server, not in the request.')
    : new HttpProblem(400, 'The rows cannot be inputs of this model.', problems)
}

/** The path without the query. */
const pathOf = ({ url = '' }: IncomingMessage): string => url.replace(/[?#].*$/s, '')

/** The type in which a client wants the answer. Throws an HttpProblem if it takes none that there is. */
function typeOf(request: IncomingMessage): AnswerType {
  const type = new Negotiator(request).mediaType([...ANSWER_TYPES])
  if (type !== undefined) return type as AnswerType
  throw new HttpProblem(406, `The answer can be ${ANSWER_TYPES.join(' or ')}; "Accept" allows neither.`)
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  const body = Buffer.from(text)
  response.writeHead(status, {
    'content-type': type === JSON_TYPE ? type : `${type}; charset=utf-8`,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}

const urlOf = ({ address, port, family }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`

function listenProblem(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE: `--port: another program uses port ${port} of ${host}; --port 0 takes a free one`,
    EACCES: `--port: this user may not use port ${port}; those from 1024 on are free to use`,
    EADDRNOTAVAIL: `--host: found "${host}", must be an address of this machine`,
    ENOTFOUND: `--host: found "${host}", must be an address of this machine`,
  }
  return new UserError(
    words[error.code ?? ''] ?? `Cannot listen on ${host}, port ${port}: ${problemWords(error) ?? error.message}`,
  )
}
