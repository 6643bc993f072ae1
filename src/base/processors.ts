/** Number of processors that the program uses. */
import { availableParallelism } from 'node:os'

/** Name of the variable of the environment that bounds it, for several programs that share a machine. */
export const PROCESSORS = 'TRAINSPEC_PROCESSORS'

/**
 * Logical processors that this process computes with: those that the system lets it have, or fewer if the environment
 * says so.
 */
export function processors(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const most = Number(env[PROCESSORS])
  const available = availableParallelism()
  return Number.isInteger(most) && most > 0 ? Math.min(most, available) : available
}
