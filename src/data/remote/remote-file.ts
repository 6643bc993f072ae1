/** Brings the file of an address (http, https) into the user's cache: once, and again when the server has another. */
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { cacheFolder } from '../../base/cache-folder.js'
import { askServer, bytesOf, Cut, type DownloadOptions, requestFile, retried, sha256Of } from '../../base/download.js'
import { inWords } from '../../base/file-problem.js'
import { UserError } from '../../base/issue.js'
import type { TransferListener } from '../../base/transfer.js'
import { credentialsOf, shown, withoutCredentials, withoutPasswords } from '../../base/url.js'
import { type Copy, copiesOf, type Draft, makeCopy, type Note, newestCopy, writeNote } from './copies.js'

export interface RemoteOptions extends Pick<DownloadOptions, 'signal' | 'waitsMs' | 'stallMs'> {
  readonly listener: TransferListener
  /** The file must have this SHA-256, in hexadecimal digits. A copy that has it is used without asking the server. */
  readonly sha256?: string
  /** Default: the user's cache folder. */
  readonly cache?: string
}

/** Returns the path of a copy. Throws a UserError if there is none and none can be downloaded. */
export async function remoteFile(url: string, options: RemoteOptions): Promise<string> {
  const address = addressOf(url)
  const folder = copiesOf(options.cache ?? cacheFolder(), url)
  return inWords(`keep a copy of ${shown(url)}`, async () => {
    const copy = await newestCopy(folder)
    if (copy && (await isFine(copy, address, options))) return copy.path
    return (await makeCopy(folder, (draft) => fill(draft, address, options))).path
  })
}

/** An address as `fetch` takes it, which refuses user names and passwords. */
interface Address {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

function addressOf(url: string): Address {
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme !== 'http' && scheme !== 'https') {
    const remedy = scheme === 'file' ? 'write the path alone' : 'download the file, and write its path'
    throw new UserError(`${withoutPasswords(url)}: an address must begin with http:// or https://; ${remedy}`)
  }
  if (!URL.canParse(url)) throw new UserError(`${withoutPasswords(url)}: is not an address`)
  const parsed = new URL(url)
  return { url: withoutCredentials(parsed), headers: credentialsOf(parsed) }
}

/** True if a copy has the hash, or is the same as the file of the server, or the server cannot be asked. */
async function isFine(
  { folder, path, note }: Copy,
  { url, headers }: Address,
  options: RemoteOptions,
): Promise<boolean> {
  if (options.sha256 !== undefined) return (await sha256Of(path, options.signal)) === options.sha256.toLowerCase()
  const { etag, lastModified } = note
  const name = shown(url)
  const date = new Date(note.checked).toISOString().slice(0, 10)
  const { listener } = options
  if (etag === null && lastModified === null) {
    listener.say(`${name}: the copy of ${date} is used, because the server tells no version.`)
    return true
  }
  try {
    const answer = await askServer(url, { ...headers, ...conditions(note) }, options)
    if (answer.status === UNCHANGED || (answer.ok && isVersion(note, versionOf(answer)))) {
      await writeNote(folder, { ...note, checked: Date.now() })
      return true
    }
    if (!answer.ok) throw new Cut(`the server answered ${answer.status}`)
    listener.say(`${name} has changed since ${date}.`)
    return false
  } catch (error) {
    if (!(error instanceof Cut)) throw error
    listener.say(`${name}: the copy of ${date} is used, because ${error.message}.`)
    return true
  }
}

const UNCHANGED = 304

type Version = Pick<Note, 'etag' | 'lastModified'>

const versionOf = ({ headers }: Response): Version => ({
  etag: headers.get('etag'),
  lastModified: headers.get('last-modified'),
})

const isVersion = (a: Version, b: Version): boolean => a.etag === b.etag && a.lastModified === b.lastModified

const conditions = ({ etag, lastModified }: Version): Record<string, string> => ({
  ...(etag !== null && { 'if-none-match': etag }),
  ...(lastModified !== null && { 'if-modified-since': lastModified }),
})

/** Downloads into a draft. Goes on with what is there, if the server has the same version still. */
async function fill(draft: Draft, { url, headers }: Address, options: RemoteOptions): Promise<Note> {
  const { listener, sha256 } = options
  let head: Response | undefined
  const accept = async (answer: Response) => {
    requireFile(answer, url, sha256 !== undefined)
    head = answer
    await draft.setMark(markOf(versionOf(answer)))
  }
  const file = nameIn(url)
  const attempt = async () => {
    const mark = await draft.mark()
    const have = mark === null ? 0 : await bytesOf(draft.path)
    const ifSame: Record<string, string> = have > 0 ? { 'if-range': mark! } : {}
    const onBytes = (done: number, total: number | null) =>
      listener.progress({ verb: 'Downloading', file, done, total })
    await requestFile(
      { url, headers: { ...headers, ...ifSame }, path: draft.path, have, accept },
      { ...options, onBytes },
    )
  }
  await retried(url, draft.path, attempt, options)
  const found = sha256 === undefined ? undefined : await sha256Of(draft.path, options.signal)
  if (found !== sha256?.toLowerCase()) {
    await rm(draft.path)
    throw new UserError(`${shown(url)} is not the expected file: its SHA-256 is ${found}, must be ${sha256}`)
  }
  const answer = head!
  const name = nameFrom(answer) ?? file
  return { url: shown(url), name, bytes: await bytesOf(draft.path), checked: Date.now(), ...versionOf(answer) }
}

/** The name of a version in a request: a strong ETag, or a date. */
const markOf = ({ etag, lastModified }: Version): string | null =>
  etag !== null && !etag.startsWith('W/') ? etag : lastModified

/** Throws a UserError if the answer is a page, or if nobody could tell whether the file is whole. */
function requireFile({ headers, url: from }: Response, url: string, isHashed: boolean): void {
  const name = shown(url)
  if (url.startsWith('https:') && !from.startsWith('https:')) {
    throw new UserError(`${name} leads to an address without encryption, ${shown(from)}; write that address`)
  }
  if (headers.get('content-type')?.startsWith('text/html')) {
    throw new UserError(`${name} is a web page, must be a file; write the address of the file itself`)
  }
  const coding = headers.get('content-encoding') ?? 'identity'
  if (coding !== 'identity') throw new UserError(`${name} comes packed by ${coding}, although that was not asked for`)
  const isBounded = headers.has('content-length') || headers.get('transfer-encoding') === 'chunked'
  if (!isBounded && !isHashed) {
    throw new UserError(`${name}: the server tells no size, so a cut file could not be noticed; its "sha256" is needed`)
  }
}

/** The name that the server gives, if it has an ending. */
function nameFrom({ headers, url }: Response): string | undefined {
  const given = /filename="?([^";]+)"?/i.exec(headers.get('content-disposition') ?? '')?.[1]
  return [given && harmless(given), nameIn(url)].find((name) => name?.includes('.'))
}

/** The last part of an address. */
const nameIn = (url: string): string => harmless(basename(new URL(url).pathname)) || 'file'

/** Keeps letters, digits, dots, hyphens and underscores of a name; it must not begin with a dot, nor be long. */
const harmless = (name: string): string =>
  basename(name)
    .replace(/[^\w.-]+/g, '_')
    .replace(/^\.+/, '')
    .slice(-100)
