/** File descriptors that the process was started with, such as that of `3>events.jsonl` in a shell. */
import { fstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs'

/** The bits of a descriptor's flags that say how it may be used (O_ACCMODE). */
const ACCESS = 0b11

/**
 * Returns what a descriptor refers to. Throws a system error unless it can be written and comes from outside. To be
 * called before this process opens files, because Linux does not tell those apart.
 */
export function outsideDescriptor(descriptor: number): Stats {
  const found = fstatSync(descriptor)
  const isWritable = found.isFile() || found.isFIFO() || found.isSocket() || found.isCharacterDevice()
  if (!isWritable || (process.platform === 'linux' && !isOutsideOnLinux(descriptor, found))) {
    throw Object.assign(new Error(), { code: 'EBADF' })
  }
  return found
}

/** False for what cannot be written, and for Node's own pipes: this process has their other end too. */
function isOutsideOnLinux(descriptor: number, found: Stats): boolean {
  if (accessOf(descriptor) === 0) return false
  if (!found.isFIFO()) return true
  const target = targetOf(descriptor)
  return !readdirSync('/proc/self/fd')
    .map(Number)
    .some((other) => targetOf(other) === target && accessOf(other) === 0)
}

function accessOf(descriptor: number): number {
  const [, flags] = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? []
  return Number.parseInt(flags ?? '0', 8) & ACCESS
}

/** `pipe:[12345]`; undefined for the descriptor with which the list was read. */
function targetOf(descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return undefined
  }
}
