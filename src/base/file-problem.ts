/** What the operating system objects to, in words. */
import { realpathSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { getSystemErrorMap } from 'node:util'
import { UserError } from './issue.js'

/** Where the system has no code, or one that misleads. */
const ofOurOwn = {
  EDANGLING: 'it is a link that leads nowhere',
  EGONE: 'the working folder is gone',
  ENOWHERE: 'nothing can be made there',
  EUNREAD: 'nobody reads this pipe',
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EBADF: 'it is not open for this',
  EBUSY: 'something else uses it',
  EDQUOT: 'the quota of disk space is used up',
  EEXIST: 'a file has this name',
  EFBIG: 'it would be larger than a file may be here',
  EIO: 'the disk has an error',
  EISDIR: 'is a folder, must be a file',
  ELOOP: 'it is a link that leads back to itself',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many open files on this machine',
  ENODEV: 'the device is not there',
  ENOENT: 'no such file or folder',
  ENOMEM: 'no memory is left',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENOTEMPTY: 'the folder is not empty',
  ENXIO: 'it is a socket, or a device that is not there',
  EPERM: 'no permission',
  EPIPE: 'whoever read it is gone',
  EROFS: 'it cannot be written to',
  ESTALE: 'the disk of another machine has lost it',
  ETIMEDOUT: 'it did not answer in time',
  ETXTBSY: 'it is a program that runs',
  ERR_FS_EISDIR: 'is a folder, must be a file',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than a file may be that is read at once',
  ERR_STRING_TOO_LONG: 'it is longer than a text may be',
  ...ofOurOwn,
}

/** An error with words, as the system's are. */
export const ourOwnProblem = (code: keyof typeof ofOurOwn, path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${code}: ${path}`), { code, path })

/** In words of our own, else in those of the system: no error of the system is without. */
function wordsOf(error: unknown): string | undefined {
  const { code, message, syscall } = (error ?? {}) as NodeJS.ErrnoException
  if (typeof code !== 'string') return undefined
  if (syscall === 'uv_cwd') return WORDS.EGONE
  if (Object.hasOwn(WORDS, code)) return WORDS[code]
  if (code === 'ERR_INVALID_ARG_VALUE' && message?.includes('null bytes')) return 'a name has no null byte'
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

/** The same without a path, for who has named it. */
export const problemWords = wordsOf

/**
 * Does what the words say. What the system objects to becomes a UserError with the file that it was about, and the disk
 * where it is full or read-only: `Cannot save the model: runs/x/model: the disk is full (/home).`
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

/** Names the file in what the system objects to: that of a handle has no name, that of a temporary file a strange one. */
export async function about<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UserError) && wordsOf(error) !== undefined) Object.assign(error as object, { path })
    throw error
  }
}

const OF_A_DISK = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']

/** ` (/home)`: where the disk is mounted; of one with room, that it takes no more files. */
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

/** The file or folder itself, or the nearest above it that is there. */
function nearestThere(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (dirname(path) === path) throw error
    return nearestThere(dirname(path))
  }
}
