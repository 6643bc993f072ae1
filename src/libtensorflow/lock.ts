/** One `train setup` at a time: a file that names the process at work. */
import { randomBytes } from 'node:crypto'
import { link, lstat, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname, uptime } from 'node:os'
import { join } from 'node:path'
import { fileProblem } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { makeFolder } from '../base/make-folder.js'

/** Lock files of this process. */
const held = new Set<string>()

/** Tries to take the lock from processes that ended: each succeeds, unless others are as quick every time. */
const MOST_TRIES = 100

/** Runs work while nobody else can; a UserError when another process is at it, or what lies there is no lock. */
export async function locked<Result>(cache: string, work: () => Promise<Result>): Promise<Result> {
  await makeFolder(cache)
  const file = join(cache, 'setup.lock')
  const own = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(own, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder), { flag: 'wx' })
    for (let tries = 0; !(await linked(own, file)); tries++) {
      if (tries === MOST_TRIES) throw new UserError(`${file} comes back whenever it is removed: try again.`)
      await clear(file, own)
    }
  } finally {
    await rm(own, { force: true })
  }
  held.add(file)
  try {
    return await work()
  } finally {
    held.delete(file)
    await rm(file, { force: true })
  }
}

interface Holder {
  readonly pid: number
  readonly host: string
}

/** A link is there with its text or not at all. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Moves away the lock of a process that was killed; a UserError when it lives, or the file cannot be read or moved. */
async function clear(file: string, own: string): Promise<void> {
  const text = await textOf(file)
  if (text === undefined) return
  const holder = holderIn(text)
  if (holder && (await isAlive(holder, file))) {
    throw new UserError(
      `Another \`train setup\` is at work (process ${holder.pid} on ${holder.host}): wait until it has ended, or remove ${file} if it has.`,
    )
  }
  const left = `${own}.left`
  await unlessGone(file, () => rename(file, left))
  // another process was faster and this is its lock, which lives
  if (((await textOf(left)) ?? text) !== text) await linked(left, file)
  await rm(left, { force: true })
}

/** A lock is longer by no means. */
const MOST_BYTES = 4096

/** `undefined` where there is none any more. */
const textOf = (file: string): Promise<string | undefined> =>
  unlessGone(file, async () => {
    const found = await lstat(file)
    if (found.isFile() && found.size <= MOST_BYTES) return readFile(file, 'utf8')
    throw new UserError(`${file} is no file that \`train setup\` made: remove it.`)
  })

/** What another process did meanwhile is no error; all else is one that would come again. */
async function unlessGone<Result>(file: string, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof UserError) throw error
    const why = fileProblem({ code: (error as NodeJS.ErrnoException).code }) ?? (error as Error).message
    throw new UserError(
      `Cannot tell whether another \`train setup\` is at work: ${file}: ${why}. If none is, have that file removed.`,
    )
  }
}

/** `undefined` for what names no process. */
function holderIn(text: string): Holder | undefined {
  try {
    const { pid, host } = JSON.parse(text)
    return Number.isInteger(pid) && pid > 0 && typeof host === 'string' ? { pid, host } : undefined
  } catch {
    return undefined
  }
}

/** A process of another machine that shares the folder cannot be asked: it counts as alive. */
async function isAlive({ pid, host }: Holder, file: string): Promise<boolean> {
  if (host !== hostname()) return true
  // numbers of processes are given again: in a container that starts again often to the same program
  if (pid === process.pid) return held.has(file)
  const started = Date.now() - uptime() * 1000
  const { mtimeMs } = await lstat(file).catch(() => ({ mtimeMs: started }))
  if (mtimeMs < started) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
