/** A cluster of this machine, with two processors, for trials of sweeps. */
import { setTimeout as delay } from 'node:timers/promises'

export interface TestCluster {
  /** Variables that tell the command where it is. */
  readonly env: Readonly<Record<string, string>>
  /** Number of jobs that were ever submitted. */
  submitted(): Promise<number>
  /** Number of jobs that wait or run. */
  active(): Promise<number>
  stop(): Promise<void>
}

/** Waits at most a minute. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  let problem: unknown
  for (let tries = 0; tries < 300; tries++) {
    try {
      if (await holds()) return
    } catch (error) {
      problem = error
    }
    await delay(200)
  }
  throw problem ?? new Error('it does not come to hold')
}
