/** One `train setup` at a time: a file that names the process at work. */
import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, uptime } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../base/issue.js'

/** Lock files of this process. */
const held = new Set<string>()

/** Runs work while nobody else can; a UserError when another process is at it. */
export async function locked<Result>(cache: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(cache, { recursive: true })
  const file = join(cache, 'setup.lock')
  const own = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(own, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder), { flag: 'wx' })
    while (!(await linked(own, file))) await clear(file, own)
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

/** Moves away the lock of a process that was killed; a UserError when it lives. */
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
  await rename(file, left).catch(() => {})
  // another process was faster and this is its lock, which lives
  if (((await textOf(left)) ?? text) !== text) await linked(left, file)
  await rm(left, { force: true })
}

const textOf = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined)

function holderIn(text: string): Holder | undefined {
  try {
    return JSON.parse(text)
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
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: started }))
  if (mtimeMs < started) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
