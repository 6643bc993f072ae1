/** The peak memory of this process. */
import { readFileSync } from 'node:fs'

/**
 * Returns bytes. On Linux they are the system's own peak, because there `resourceUsage().maxRSS` is at least the memory of the
 * process that started this one.
 */
export function peakMemory(): number {
  try {
    const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!
    return 1024 * Number(kibibytes)
  } catch {
    return 1024 * process.resourceUsage().maxRSS
  }
}
