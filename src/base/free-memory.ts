/** Finds out how much memory this process may still use. */
import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'

/** Returns bytes: the free memory and swap of the machine, or what a container still allows, whichever is less. */
export function freeMemory(): number {
  const machine = onLinux() ?? freemem()
  const allowed = process.constrainedMemory()
  if (!(allowed > 0 && allowed < totalmem())) return machine
  // the container's cache of files counts as used, but the system frees it on demand
  return Math.min(machine, Math.max(process.availableMemory(), allowed - process.memoryUsage.rss()))
}

function onLinux(): number | undefined {
  try {
    const text = readFileSync('/proc/meminfo', 'utf8')
    const kilobytes = (name: string) => Number(new RegExp(`^${name}: *(\\d+) kB$`, 'm').exec(text)?.[1])
    const free = 1024 * (kilobytes('MemAvailable') + kilobytes('SwapFree'))
    return Number.isFinite(free) ? free : undefined
  } catch {
    return undefined
  }
}
