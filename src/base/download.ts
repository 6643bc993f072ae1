/** Downloads over HTTP that go on after the connection was cut. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat, truncate } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { formatBytes } from './bytes.js'
import { fileProblem } from './file-problem.js'
import { UserError } from './issue.js'
import { shown, withoutPasswords } from './url.js'

export interface DownloadOptions {
  readonly signal: AbortSignal
  /** `total` is null if the server does not say it. */
  readonly onBytes: (done: number, total: number | null) => void
  /** Waiting times before the first, second, ... retry. */
  readonly waitsMs?: readonly number[]
  /** The time after which a server that sends nothing is given up. */
  readonly stallMs?: number
}

/** A request for a file, of which `path` may contain the beginning. */
export interface FileRequest {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly path: string
  /** Bytes that are there already; the server is asked for the rest. */
  readonly have: number
  /** Size of the whole file, if it is known before. */
  readonly bytes?: number
  /** Sees the answer before the file is written. May throw a UserError. */
  readonly accept?: (answer: Response) => void | Promise<void>
}

const WAITS_MS = [500, 1000, 2000, 4000]
export const STALL_MS = 60_000
/** A try that got this many bytes does not count as a failure, because a long download may be interrupted often. */
const ENOUGH = 2 ** 22

/** Why a server that stays connected but sends nothing is given up. */
export const SILENCE = 'the server sent nothing for too long'

/** An error after which the download may be tried again. */
export class Cut extends Error {}

/** Tries until `attempt` succeeds. Each try adds to the file at `path`. Throws a UserError after too many failures. */
export async function retried<Result>(
  url: string,
  path: string,
  attempt: () => Promise<Result>,
  options: Pick<DownloadOptions, 'signal' | 'waitsMs'>,
): Promise<Result> {
  const waits = options.waitsMs ?? WAITS_MS
  for (let failures = 0; ; ) {
    const before = await bytesOf(path)
    try {
      return await attempt()
    } catch (error) {
      options.signal.throwIfAborted()
      if (!(error instanceof Cut)) throw error
      const now = await bytesOf(path)
      failures = now - before >= ENOUGH ? 1 : failures + 1
      if (failures > waits.length) {
        const kept = now > 0 ? `; ${formatBytes(now)} of it are kept, and the next try resumes the download` : ''
        throw new UserError(`${shown(url)} cannot be downloaded: ${error.message}${kept}.`)
      }
      await pause(waits[failures - 1], undefined, { signal: options.signal })
    }
  }
}

/** Asks for a file, and reads no more than the head of the answer. Throws `Cut` if there is none. */
export async function askServer(
  url: string,
  headers: Readonly<Record<string, string>>,
  options: Pick<DownloadOptions, 'signal' | 'stallMs'>,
): Promise<Response> {
  const stall = AbortSignal.timeout(options.stallMs ?? STALL_MS)
  try {
    const signal = AbortSignal.any([options.signal, stall])
    const answer = await fetch(url, { headers: { ...headers, 'accept-encoding': 'identity' }, signal })
    await answer.body?.cancel()
    return answer
  } catch (error) {
    options.signal.throwIfAborted()
    throw new Cut(stall.aborted ? SILENCE : networkProblem(error))
  }
}

/** Makes one request, and writes what comes to the file. Throws `Cut` if another try may help. */
export async function requestFile(request: FileRequest, options: DownloadOptions): Promise<void> {
  const { url, headers, path, have } = request
  const stall = new AbortController()
  const signal = AbortSignal.any([options.signal, stall.signal])
  const watch = setTimeout(() => stall.abort(), options.stallMs ?? STALL_MS)
  const range = have > 0 ? { range: `bytes=${have}-` } : {}
  try {
    const answer = await fetch(url, { headers: { ...headers, 'accept-encoding': 'identity', ...range }, signal })
    const goesOn = answer.status === 206 && answer.headers.get('content-range')?.startsWith(`bytes ${have}-`) === true
    const isOdd = have > 0 && (answer.status === 416 || (answer.status === 206 && !goesOn))
    if (isOdd || !answer.ok || !answer.body) {
      await answer.body?.cancel()
      // what is there is not the beginning of the file that the server has now
      if (isOdd) await truncate(path)
      throw isOdd ? new Cut('the server does not go on with the file') : problemOf(answer)
    }
    await request.accept?.(answer)
    let done = goesOn ? have : 0
    const length = answer.headers.get('content-length')
    const bytes = request.bytes ?? (length === null ? null : done + Number(length))
    // a server without range requests sends the whole file again
    const file = await open(path, goesOn ? 'a' : 'w')
    try {
      options.onBytes(done, bytes)
      for await (const part of answer.body) {
        watch.refresh()
        await file.writeFile(part)
        done += part.length
        if (bytes !== null && done > bytes) {
          throw new UserError(`${shown(url)} is larger than the expected ${formatBytes(bytes)}.`)
        }
        options.onBytes(done, bytes)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    if (bytes !== null && done < bytes) throw new Cut('the connection was cut')
  } catch (error) {
    if (error instanceof UserError || error instanceof Cut || fileProblem(error) !== undefined) throw error
    throw new Cut(stall.signal.aborted ? SILENCE : networkProblem(error))
  } finally {
    clearTimeout(watch)
  }
}

/** Turns an answer without a file into an error. Errors of the server itself may be temporary. */
function problemOf({ status, statusText, url }: Response): Error {
  const words = `the server answered ${status}${statusText === '' ? '' : ` (${statusText})`}`
  if (status >= 500 || status === 429 || status === 408) return new Cut(words)
  return new UserError(`${shown(url)} cannot be downloaded: ${words}.`)
}

const NETWORK: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such server, or no network',
  EAI_AGAIN: 'there is no network, or no name server',
  ECONNREFUSED: 'the server refuses connections',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ETIMEDOUT: 'the server does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'the server does not answer',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: 'the server cannot be reached',
}

/** Says why a request failed. */
export function networkProblem(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string }
  return NETWORK[cause?.code ?? ''] ?? withoutPasswords(cause?.message || message || String(error))
}

export async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20, ...(signal && { signal }) }))
    hash.update(part)
  return hash.digest('hex')
}

/** Size of a file; 0 if there is none. */
export const bytesOf = async (path: string): Promise<number> =>
  (
    await stat(path).catch((error) => {
      if (error.code === 'ENOENT') return { size: 0 }
      throw error
    })
  ).size
