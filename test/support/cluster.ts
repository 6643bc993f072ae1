/** A cluster of this machine, with two processors, for trials of sweeps. */
import { createServer } from 'node:net'
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

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

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
