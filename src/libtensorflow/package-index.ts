/** Reads Python's package index without Python: finds the index, and the address of a file in it (PEP 503 and 691). */
import { readFileSync, statSync } from 'node:fs'
import { devNull, homedir } from 'node:os'
import { join } from 'node:path'
import { formatBytes } from '../base/bytes.js'
import { networkProblem, SILENCE, STALL_MS } from '../base/download.js'
import { UserError } from '../base/issue.js'
import type { TransferListener } from '../base/transfer.js'
import { credentialsOf, shown, withoutCredentials } from '../base/url.js'
import { type Environment, environmentRoot } from './python.js'
import type { Wheel } from './wheels.js'

export const DEFAULT_INDEX = 'https://pypi.org/simple'

/**
 * Returns the index in the settings of pip or uv: the environment, then pip's files, the nearest first. Default: PyPI.
 */
export function indexOf(env: Environment, files: readonly string[] = configFiles(env)): string {
  const named = env.PIP_INDEX_URL || env.UV_DEFAULT_INDEX || env.UV_INDEX_URL
  const found = (named || files.map(indexIn).find((url) => url !== undefined)) ?? DEFAULT_INDEX
  if (!URL.canParse(found)) throw new UserError(`The package index in the settings of pip or uv is not a URL.`)
  return found.replace(/\/+$/, '')
}

function configFiles(env: Environment): string[] {
  const root = environmentRoot(env)
  const home = homedir()
  if (env.PIP_CONFIG_FILE === devNull) return [] // as pip reads it: no file at all
  return [
    ...(env.PIP_CONFIG_FILE ? [env.PIP_CONFIG_FILE] : []),
    ...(root === undefined ? [] : [join(root, 'pip.conf')]),
    join(env.XDG_CONFIG_HOME || join(home, '.config'), 'pip', 'pip.conf'),
    join(home, 'Library', 'Application Support', 'pip', 'pip.conf'),
    join(home, '.pip', 'pip.conf'),
    '/etc/pip.conf',
  ]
}

/** Limit on the size of a file of settings. */
const MOST_SETTINGS_BYTES = 2 ** 20

/** Reads `index-url` from the sections that apply to a download. */
function indexIn(file: string): string | undefined {
  let text: string
  try {
    const found = statSync(file)
    if (!found.isFile() || found.size > MOST_SETTINGS_BYTES) return undefined
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined // missing, or not readable
  }
  const found: Record<string, string> = {}
  let section = ''
  for (const line of text.split('\n')) {
    section = /^\s*\[(.+?)\]/.exec(line)?.[1] ?? section
    const url = /^\s*index[-_]url\s*[=:]\s*(\S+)/.exec(line)?.[1]
    if (url !== undefined) found[section] = url
  }
  return found.download ?? found.global
}

export interface FoundFile {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json'
const ACCEPT = `${JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1`

export interface IndexOptions {
  readonly env: Environment
  readonly signal: AbortSignal
  readonly listener: Pick<TransferListener, 'say'>
  /** The time after which an index that sends nothing is given up. */
  readonly stallMs?: number
}

/** Limit on the size of a page. PyPI's page of tensorflow has 2 MB. */
const MOST_PAGE_BYTES = 2 ** 26
/** A page should take seconds. One that trickles in for this many times the stall time is given up too. */
const MOST_STALLS = 5
/** After this time, a message says what is being waited for. */
const PATIENT_MS = 3000

/**
 * Returns the address of a wheel. Throws a UserError if the index lacks it, does not answer, or has a different file.
 */
export async function findWheel(
  index: string,
  { project, file, sha256 }: Wheel,
  options: IndexOptions,
): Promise<FoundFile> {
  const base = new URL(`${index}/${project}/`)
  const headers = credentialsOf(base)
  const { answer, text } = await read(index, withoutCredentials(base), headers, options)
  if (!answer.ok) {
    throw new UserError(`The package index has no ${shown(base.href)}: the server answered ${answer.status}.`)
  }
  const isJson = answer.headers.get('content-type')?.includes('json') === true
  const found = (isJson ? filesOfJson(text) : filesOfHtml(text)).find(({ name }) => name === file)
  if (!found) throw new UserError(`The package index ${shown(index)} has no ${file}.`)
  if (found.sha256 !== undefined && found.sha256 !== sha256) {
    throw new UserError(
      `The ${file} of the package index ${shown(index)} is not the official file: its SHA-256 differs.`,
    )
  }
  const from = answer.url || base.href
  if (!URL.canParse(found.href, from)) {
    throw new UserError(`The package index ${shown(index)} has no valid address of ${file}.`)
  }
  const url = new URL(found.href, from)
  url.hash = ''
  // a password is sent only to the server that it was given for
  return { url: url.href, headers: url.origin === base.origin ? headers : {} }
}

/** Reads a page of the index. Throws a UserError if it takes too long or is too large. */
async function read(index: string, page: string, headers: Readonly<Record<string, string>>, options: IndexOptions) {
  const { env, signal, listener, stallMs = STALL_MS } = options
  const stall = new AbortController()
  const give = () => stall.abort()
  const [watch, whole] = [setTimeout(give, stallMs), setTimeout(give, MOST_STALLS * stallMs)]
  const told = setTimeout(() => listener.say(`Waiting for the package index ${shown(index)}.`), PATIENT_MS)
  try {
    const answer = await fetch(page, {
      headers: { ...headers, accept: ACCEPT },
      signal: AbortSignal.any([signal, stall.signal]),
    })
    const parts: Uint8Array[] = []
    let bytes = 0
    for await (const part of answer.body ?? []) {
      watch.refresh()
      parts.push(part)
      bytes += part.length
      if (bytes > MOST_PAGE_BYTES) {
        throw new UserError(
          `The package index ${shown(index)} sent a page of more than ${formatBytes(MOST_PAGE_BYTES)}.`,
        )
      }
    }
    return { answer, text: Buffer.concat(parts).toString('utf8') }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof UserError) throw error
    const why = stall.signal.aborted ? SILENCE : networkProblem(error)
    throw new UserError(`The package index ${shown(index)} cannot be reached: ${why}${proxyHint(env)}.`)
  } finally {
    stall.abort() // cancels the rest of the answer
    for (const timer of [watch, whole, told]) clearTimeout(timer)
  }
}

/** Says why Node may not reach a network that other programs reach. */
function proxyHint(env: Environment): string {
  const name = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find((one) => env[one])
  if (name === undefined || env.NODE_USE_ENV_PROXY === '1') return ''
  return `; pip uses ${name}, but Node does so only from version 22.21 on, with NODE_USE_ENV_PROXY=1`
}

interface Listed {
  readonly name: string
  readonly href: string
  readonly sha256: string | undefined
}

function filesOfJson(text: string): Listed[] {
  try {
    const { files } = JSON.parse(text) as {
      files: { filename: string; url: string; hashes?: Record<string, string> }[]
    }
    return files.map(({ filename, url, hashes }) => ({ name: filename, href: url, sha256: hashes?.sha256 }))
  } catch {
    return []
  }
}

function filesOfHtml(text: string): Listed[] {
  return [...text.matchAll(/<a\s[^>]*?href\s*=\s*["']([^"']+)["'][^>]*>([^<]*)<\/a>/gi)].map(([, link, name]) => {
    const href = link!.replaceAll('&amp;', '&')
    return { name: name!.trim(), href, sha256: /#sha256=([0-9a-f]{64})/.exec(href)?.[1] }
  })
}
