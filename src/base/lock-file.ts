/** Lock files that name the process that holds them. The lock of a process that was killed is taken over. */
import { closeSync, openSync, readFileSync, readlinkSync, rmSync, writeSync } from 'node:fs'
import { link, lstat, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { about } from './file-problem.js'
import { UserError } from './issue.js'
import { isObject, jsonOf } from './json.js'
import { counted, doneWith, temporaryBeside } from './temporary.js'

/** A process, so that no other one is taken for it. What only Linux tells is null elsewhere. */
export interface Holder {
  readonly pid: number
  readonly host: string
  /** ISO time at which it took the lock. */
  readonly since: string
  /** Id of this start of the machine. */
  readonly boot: string | null
  /** The numbers of processes are those of this namespace. A container has one of its own. */
  readonly namespace: string | null
  /** Start of the process in ticks since that of the machine, because numbers of processes are used again. */
  readonly started: string | null
}

export interface Lock {
  /** Removes the file, unless another process has taken the lock over. */
  release(): Promise<void>
}

/** Milliseconds after which a lock counts as left, if its process cannot be looked at and has not touched it. */
export const LEFT_MS = 60_000
/** Milliseconds after which a thread begins to touch the lock: most work is over by then, and the lock is still young. */
const THREAD_MS = 20_000
/** A process writes its name right after it has made the file. */
const NAMELESS_TRIES = 10
const NAMELESS_MS = 50
/** Limit on tries to take over a lock that was left. More than one is needed only if others try too. */
const MOST_TRIES = 100

/**
 * Makes the file, or takes over that of a process that is gone. Returns the holder if there is one. Throws the errors of
 * the system, and a UserError for a path that is no lock file. A thread begins to touch the lock after `threadAfter`
 * milliseconds.
 */
export async function takeLock(
  path: string,
  threadAfter = THREAD_MS,
): Promise<{ readonly lock: Lock } | { readonly holder: Holder }> {
  const file = resolve(path)
  const text = `${JSON.stringify(thisProcess())}\n`
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (created(file, text)) return { lock: lockOn(file, text, threadAfter) }
    const found = await settledText(file)
    if (found === null) continue
    const holder = holderIn(found)
    if (holder && (await isAlive(holder, file, () => timeAt(file)))) return { holder }
    await clear(file, found)
  }
  throw new UserError(`${file} is created again whenever it is removed; try again.`)
}

/** Returns the process that holds a lock; null for none, and for one that is gone. */
export async function lockHolder(path: string): Promise<Holder | null> {
  const text = await textOf(path)
  const holder = text === null ? null : holderIn(text)
  return holder && (await isAlive(holder, path, async () => Date.now())) ? holder : null
}

/** `process 123 on host, since 2026-01-31 12:00:00 UTC` */
export const holderWords = ({ pid, host, since }: Holder): string =>
  `process ${pid} on ${host}, since ${since.slice(0, 19).replace('T', ' ')} UTC`

/** Reads and writes without waiting, so that there is no moment to be interrupted between both. */
function created(file: string, text: string): boolean {
  let descriptor: number
  try {
    descriptor = openSync(file, 'wx')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  counted(file)
  try {
    writeSync(descriptor, text)
  } catch (error) {
    rmSync(file, { force: true })
    doneWith(file)
    throw Object.assign(error as Error, { path: file })
  } finally {
    closeSync(descriptor)
  }
  return true
}

/** A thread touches the lock, because this one may be busy for minutes. */
function lockOn(file: string, text: string, threadAfter: number): Lock {
  let thread: Worker | undefined
  const timer = setTimeout(() => {
    const workerData: LockData = { file, text }
    thread = new Worker(new URL('./lock-thread.js', import.meta.url), { workerData, resourceLimits: SMALL })
    // without the thread, the lock is good for processes that can look at this one
    thread.on('error', () => {}).unref()
  }, threadAfter).unref()
  return {
    async release() {
      clearTimeout(timer)
      await thread?.terminate()
      if ((await textOf(file).catch(() => null)) === text) await rm(file, { force: true }).catch(() => {})
      doneWith(file)
    },
  }
}

/** Given to the thread. */
export interface LockData {
  readonly file: string
  readonly text: string
}

const SMALL = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }

/** Removes a lock that was left; `text` is what it holds. */
async function clear(file: string, text: string): Promise<void> {
  const left = temporaryBeside(file)
  try {
    await rename(file, left)
    // another process was faster; this is its lock
    if ((await textOf(left)) !== text) await link(left, file)
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code!)) throw error
  } finally {
    await rm(left, { force: true })
    doneWith(left)
  }
}

/** The text of a lock, when its process had time to write it; null if it is gone. */
async function settledText(file: string): Promise<string | null> {
  for (let tries = 0; ; tries++) {
    const text = await textOf(file)
    if (text === null || tries === NAMELESS_TRIES || holderIn(text)) return text
    await delay(NAMELESS_MS)
  }
}

/** Limit on the size of a lock file. */
const MOST_BYTES = 4096

async function textOf(file: string): Promise<string | null> {
  try {
    return await about(file, async () => {
      const found = await lstat(file)
      if (found.isFile() && found.size <= MOST_BYTES) return readFile(file, 'utf8')
      throw new UserError(`${file} is not a lock file; remove it.`)
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function holderIn(text: string): Holder | null {
  const found = jsonOf(text)
  if (!isObject(found)) return null
  const { pid, host, since, boot, namespace, started } = found as unknown as Holder
  const isHolder = Number.isInteger(pid) && pid > 0 && typeof host === 'string' && !Number.isNaN(Date.parse(since))
  return isHolder ? { pid, host, since, boot, namespace, started } : null
}

/** The time of the disk, which may be that of a server. */
async function timeAt(file: string): Promise<number> {
  const probe = temporaryBeside(file)
  try {
    await writeFile(probe, '', { flag: 'wx' })
    return (await stat(probe)).mtimeMs
  } finally {
    await rm(probe, { force: true })
    doneWith(probe)
  }
}

/** True if the process runs; if it is on another machine or in another container, if it has touched the lock lately. */
async function isAlive(holder: Holder, file: string, now: () => Promise<number>): Promise<boolean> {
  const here = thisProcess()
  const isNear = (['host', 'boot', 'namespace'] as const).every((key) => holder[key] === here[key])
  if (isNear) return isRunning(holder)
  const found = await stat(file).catch(() => null)
  return found !== null && (await now()) - found.mtimeMs < LEFT_MS
}

function isRunning({ pid, started }: Holder): boolean {
  const found = startOf(pid)
  if (found !== null) return found === started
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const thisProcess = (): Holder => ({
  pid: process.pid,
  host: hostname(),
  since: new Date().toISOString(),
  boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  namespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
  started: startOf(process.pid),
})

/** Field 22 of `/proc/PID/stat`, see proc(5); `dead` for a process whose end is only not yet noticed by its parent. */
function startOf(pid: number): string | null {
  const text = orNull(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  if (text === null) return null
  // the name of the program, which may hold anything, ends with the last bracket
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return 'ZX'.includes(fields[0]!) ? 'dead' : fields[19]!
}

function orNull<Result>(read: () => Result): Result | null {
  try {
    return read()
  } catch {
    return null
  }
}
