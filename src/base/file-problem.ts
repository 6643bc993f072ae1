/** Turns errors of the operating system into plain words. */
import { realpathSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { getSystemErrorMap } from 'node:util'
import { UserError } from './issue.js'

/** Our own codes, where the system has none or a misleading one. */
const ofOurOwn = {
  EDANGLING: 'it is a link to a file that does not exist',
  EGONE: 'the current folder no longer exists',
  ENOWHERE: 'no file can be created there',
  EUNREAD: 'no program reads from this pipe',
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EBADF: 'it is not open for this operation',
  EBUSY: 'it is in use',
  EDQUOT: 'the quota of disk space is used up',
  EEXIST: 'a file with this name exists',
  EFBIG: 'the file would be too large',
  EIO: 'the disk has an error',
  EISDIR: 'is a folder, must be a file',
  ELOOP: 'it is a link to itself',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many open files on this machine',
  ENODEV: 'no such device',
  ENOENT: 'no such file or folder',
  ENOMEM: 'out of memory',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENOTEMPTY: 'the folder is not empty',
  ENXIO: 'it is a socket, or a device that does not exist',
  EPERM: 'no permission',
  EPIPE: 'its reader has closed it',
  EROFS: 'the disk is read-only',
  ESTALE: 'the network file system has lost it',
  ETIMEDOUT: 'it did not answer in time',
  ETXTBSY: 'it is a running program',
  ERR_FS_EISDIR: 'is a folder, must be a file',
  ERR_FS_FILE_TOO_LARGE: 'it is too large to be read',
  ERR_STRING_TOO_LONG: 'it is too long for a text',
  ...ofOurOwn,
}

/** Makes an error with one of our own codes, in the form of a system error. */
export const ourOwnProblem = (code: keyof typeof ofOurOwn, path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${code}: ${path}`), { code, path })

/** Returns our own words for a system error, else the system's. Undefined for an error that is not of the system. */
function wordsOf(error: unknown): string | undefined {
  const { code, message, syscall } = (error ?? {}) as NodeJS.ErrnoException
  if (typeof code !== 'string') return undefined
  if (syscall === 'uv_cwd') return WORDS.EGONE
  if (Object.hasOwn(WORDS, code)) return WORDS[code]
  if (code === 'ERR_INVALID_ARG_VALUE' && message?.includes('null bytes')) return 'a name must not contain a null byte'
  if (code.startsWith('ERR_FS_')) return message
  if (!/^(?:E(?!RR_)[A-Z\d_]+|UNKNOWN)$/.test(code)) return undefined
  const [, words] = [...getSystemErrorMap().values()].find(([name]) => name === code) ?? []
  return `${words ?? 'the system refuses it'} (${code})`
}

/** `runs/x: the disk is full`, or `undefined` for an error that is not of the system. */
export function fileProblem(error: unknown): string | undefined {
  const words = wordsOf(error)
  const { path } = (error ?? {}) as NodeJS.ErrnoException
  return words && (path === undefined ? words : `${path}: ${words}`)
}

/** The same without the path, for a message that already names it. */
export const problemWords = wordsOf

/**
 * Runs work. Turns a system error into a UserError with the deed and the file, and the disk if it is full or read-only:
 * `Cannot save the model: runs/x/model: the disk is full (/home).`
 */
export async function inWords<T>(deed: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const problem = error instanceof UserError ? undefined : fileProblem(error)
    if (problem === undefined) throw error
    throw new UserError(`Cannot ${deed}: ${problem}${diskOf(error as NodeJS.ErrnoException)}.`)
  }
}

/** Sets the path of a system error: an error of a file handle has none, and that of a temporary file is unfamiliar. */
export async function about<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UserError) && wordsOf(error) !== undefined) Object.assign(error as object, { path })
    throw error
  }
}

const OF_A_DISK = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']

/** ` (/home)`: the mount point of the disk. If it has space left, says that it can hold no more files. */
function diskOf({ path, code }: NodeJS.ErrnoException): string {
  if (path === undefined || !OF_A_DISK.includes(code!)) return ''
  try {
    let there = nearestThere(resolve(path))
    const { bavail, files, ffree } = statfsSync(there)
    const { dev } = statSync(there)
    while (dirname(there) !== there && statSync(dirname(there)).dev === dev) there = dirname(there)
    const noMoreFiles = code === 'ENOSPC' && bavail > 0 && files > 0 && ffree === 0
    return noMoreFiles ? ` (${there} can hold no more files)` : ` (${there})`
  } catch {
    return ''
  }
}

/** The real path of the file or folder, or of its nearest ancestor that exists. */
function nearestThere(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (dirname(path) === path) throw error
    return nearestThere(dirname(path))
  }
}
