/** Temporary files and folders: whoever ends the process in the middle of something takes them away. */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const there = new Set<string>()
let tell: (paths: readonly string[]) => void = () => {}

/** Letters of a name that are kept: with four bytes each and the rest, it is not longer than a name may be. */
const KEPT = 40

/** The name of one beside what it is to become. It counts from now until it is done with. */
export function temporaryBeside(path: string): string {
  const name = `${[...basename(path)].slice(0, KEPT).join('')}.${randomBytes(6).toString('hex')}.tmp`
  return counted(join(dirname(path), name))
}

/** What has a name of its own, for as long as it is temporary. */
export function counted(temporary: string): string {
  there.add(temporary)
  tell([...there])
  return temporary
}

/** It has its own name now, or is gone. */
export function doneWith(temporary: string): void {
  there.delete(temporary)
  tell([...there])
}

/** Tells of those that there are, now and whenever they change. */
export function watchTemporaries(listener: (paths: readonly string[]) => void): void {
  tell = listener
  tell([...there])
}

export function removeTemporaries(paths: Iterable<string> = there): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
}
