/** Resumable downloads: an incomplete file stays on the disk until the rest is downloaded. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { formatBytes } from '../base/bytes.js'
import { fileProblem } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { shown, withoutPasswords } from './url.js'

export interface Download {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Path of the file, which may contain an earlier part of it already. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

export interface DownloadOptions {
  readonly signal: AbortSignal
  readonly onBytes: (done: number) => void
  /** Waiting times before the first, second, ... retry. */
  readonly waitsMs?: readonly number[]
  /** The time after which a server that sends nothing is given up. */
  readonly stallMs?: number
}

const WAITS_MS = [500, 1000, 2000, 4000]
export const STALL_MS = 60_000
/** A try that got this many bytes does not count as a failure, because a long download may be interrupted often. */
const ENOUGH = 2 ** 22

/** Why a server that stays connected but sends nothing is given up. */
export const SILENCE = 'the server sent nothing for too long'

/** An error after which the download may be tried again. */
class Cut extends Error {}

/** Downloads a file. Throws a UserError if that fails, or if the file is not the expected one. */
export async function download(wanted: Download, options: DownloadOptions): Promise<void> {
  const resumed = (await sizeOf(wanted.path)) > 0
  await fetchWhole(wanted, options)
  if ((await sha256Of(wanted.path, options.signal)) === wanted.sha256) return
  await rm(wanted.path, { force: true })
  if (resumed) return download(wanted, options) // the earlier part may have been wrong
  throw new UserError(`${shown(wanted.url)} is not the expected file: its SHA-256 differs, so it was deleted.`)
}

async function fetchWhole(wanted: Download, options: DownloadOptions): Promise<void> {
  const waits = options.waitsMs ?? WAITS_MS
  for (let failures = 0; ; ) {
    const before = await sizeOf(wanted.path)
    if (before === wanted.bytes) return
    if (before > wanted.bytes) await rm(wanted.path)
    try {
      await fetchRest(wanted, options)
    } catch (error) {
      options.signal.throwIfAborted()
      if (!(error instanceof Cut)) throw error
      const now = await sizeOf(wanted.path)
      failures = now - before >= ENOUGH ? 1 : failures + 1
      if (failures > waits.length) {
        const kept = now > 0 ? `; ${formatBytes(now)} of it are kept, and the next try resumes the download` : ''
        throw new UserError(`${shown(wanted.url)} cannot be downloaded: ${error.message}${kept}.`)
      }
      await pause(waits[failures - 1], undefined, { signal: options.signal })
    }
  }
}

/** Makes one request, for the rest of the file. */
async function fetchRest({ url, headers, path, bytes }: Download, options: DownloadOptions): Promise<void> {
  const have = await sizeOf(path)
  const stall = new AbortController()
  const signal = AbortSignal.any([options.signal, stall.signal])
  const watch = setTimeout(() => stall.abort(), options.stallMs ?? STALL_MS)
  const range = have > 0 ? { range: `bytes=${have}-` } : {}
  try {
    const answer = await fetch(url, { headers: { ...headers, 'accept-encoding': 'identity', ...range }, signal })
    const goesOn = answer.status === 206 && answer.headers.get('content-range')?.startsWith(`bytes ${have}-`) === true
    if (!answer.ok || !answer.body) throw problemOf(answer)
    // a server without range requests sends the whole file again
    const file = await open(path, goesOn ? 'a' : 'w')
    let done = goesOn ? have : 0
    try {
      for await (const part of answer.body) {
        watch.refresh()
        await file.writeFile(part)
        done += part.length
        if (done > bytes) throw new UserError(`${shown(url)} is larger than the expected ${formatBytes(bytes)}.`)
        options.onBytes(done)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    if (done < bytes) throw new Cut('the connection was cut')
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

export async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20, signal })) hash.update(part)
  return hash.digest('hex')
}

const sizeOf = async (path: string): Promise<number> =>
  (
    await stat(path).catch((error) => {
      if (error.code === 'ENOENT') return { size: 0 }
      throw error
    })
  ).size
