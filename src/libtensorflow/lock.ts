/** Allows one `train setup` at a time, with a lock file that names the running process. */
import { randomBytes } from 'node:crypto'
import { link, lstat, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname, uptime } from 'node:os'
import { join } from 'node:path'
import { fileProblem } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { makeFolder } from '../base/make-folder.js'

/** Lock files of this process. */
const held = new Set<string>()

/** Limit on tries to take over the lock of a process that has ended. More than one is needed only if others try too. */
const MOST_TRIES = 100

/** Runs work while holding the lock. Throws a UserError if another process holds it, or if the file is not a lock. */
export async function locked<Result>(cache: string, work: () => Promise<Result>): Promise<Result> {
  await makeFolder(cache)
  const file = join(cache, 'setup.lock')
  const own = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(own, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder), { flag: 'wx' })
    for (let tries = 0; !(await linked(own, file)); tries++) {
      if (tries === MOST_TRIES) throw new UserError(`${file} is created again whenever it is removed; try again.`)
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

/** Creates the lock as a link, because a link appears with its content or not at all. Returns false if there is one. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/**
 * Removes the lock of a process that was killed. Throws a UserError if it is alive or the file cannot be read or
 * moved.
 */
async function clear(file: string, own: string): Promise<void> {
  const text = await textOf(file)
  if (text === undefined) return
  const holder = holderIn(text)
  if (holder && (await isAlive(holder, file))) {
    throw new UserError(
      `Another \`train setup\` is running (process ${holder.pid} on ${holder.host}). Wait until it has ended; if it has ended already, remove ${file}.`,
    )
  }
  const left = `${own}.left`
  await unlessGone(file, () => rename(file, left))
  // another process was faster; this is its lock, and it is alive
  if (((await textOf(left)) ?? text) !== text) await linked(left, file)
  await rm(left, { force: true })
}

/** Limit on the size of a lock file. */
const MOST_BYTES = 4096

/** The text of a file; undefined if it no longer exists. */
const textOf = (file: string): Promise<string | undefined> =>
  unlessGone(file, async () => {
    const found = await lstat(file)
    if (found.isFile() && found.size <= MOST_BYTES) return readFile(file, 'utf8')
    throw new UserError(`${file} is not a file that \`train setup\` made; remove it.`)
  })

/**
 * Returns undefined if another process has removed the file meanwhile. Any other error would recur, so it is thrown.
 */
async function unlessGone<Result>(file: string, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof UserError) throw error
    const why = fileProblem({ code: (error as NodeJS.ErrnoException).code }) ?? (error as Error).message
    throw new UserError(
      `Cannot tell whether another \`train setup\` is running: ${file}: ${why}. If none is, remove that file.`,
    )
  }
}

/** Parses the text of a lock; undefined if it names no process. */
function holderIn(text: string): Holder | undefined {
  try {
    const { pid, host } = JSON.parse(text)
    return Number.isInteger(pid) && pid > 0 && typeof host === 'string' ? { pid, host } : undefined
  } catch {
    return undefined
  }
}

/**
 * True if the process is alive. One on another machine, which shares the folder, cannot be checked and counts as
 * alive.
 */
async function isAlive({ pid, host }: Holder, file: string): Promise<boolean> {
  if (host !== hostname()) return true
  // process numbers are reused: in a container that restarts, often for the same program
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
