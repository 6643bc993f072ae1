/** How much memory this process may still take. */
import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'

/** In bytes: what the machine has left, its swap too, or what a container allows beyond this process, whichever is less. */
export function freeMemory(): number {
  const machine = onLinux() ?? freemem()
  const allowed = process.constrainedMemory()
  if (!(allowed > 0 && allowed < totalmem())) return machine
  // what the container has in its cache of files counts as used, but gives way
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
