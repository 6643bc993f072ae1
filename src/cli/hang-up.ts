/** Finds out whether a run should go on when its terminal is closed. */
import { readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import type { Io } from './io.js'

/**
 * `nohup` makes a program ignore SIGHUP, but Node undoes that before any JavaScript runs. So this looks for other
 * traces of `nohup`: its name in `_`, which the shell sets; the way it redirects standard input and output of a
 * terminal; and a parent that ignores SIGHUP, such as a script under `nohup`.
 */
export function outlivesTerminal({ env }: Pick<Io, 'env'>): boolean {
  return (
    basename(env._ ?? '') === 'nohup' ||
    [1, 2].some((descriptor) => basename(linkOf(descriptor)) === 'nohup.out') ||
    (linkOf(0) === '/dev/null' && isOnlyWritable(0)) ||
    ignoresHangUp(process.ppid)
  )
}

/** The path behind a file descriptor, from proc(5). Empty on a system without it. */
const linkOf = (descriptor: number): string => orEmpty(() => readlinkSync(`/proc/self/fd/${descriptor}`))

const O_ACCMODE = 3
const O_WRONLY = 1

function isOnlyWritable(descriptor: number): boolean {
  const flags = /^flags:\s+(\d+)/m.exec(orEmpty(() => readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')))?.[1]
  return flags !== undefined && (Number.parseInt(flags, 8) & O_ACCMODE) === O_WRONLY
}

/** SIGHUP is number 1, the lowest bit. */
function ignoresHangUp(pid: number): boolean {
  const ignored = /^SigIgn:\s+([\da-f]+)/m.exec(orEmpty(() => readFileSync(`/proc/${pid}/status`, 'utf8')))?.[1]
  return ignored !== undefined && (BigInt(`0x${ignored}`) & 1n) === 1n
}

function orEmpty(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
