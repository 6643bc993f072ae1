/**
 * Trains trials as jobs of a cluster, on whichever of its machines it chooses. The folder of the sweep must be the same on
 * all of them. Jobs go on when the sweep is gone, and the next one takes them over by what their folders say.
 */
import { createHash, randomBytes } from 'node:crypto'
import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { writeFileAtomic } from '../../base/atomic-file.js'
import { inWords } from '../../base/file-problem.js'
import { isObject, jsonOf, jsonText } from '../../base/json.js'
import { PROCESSORS } from '../../base/processors.js'
import { SWEEP_FILES, TRIAL_FILES, trialFolderName } from '../../spec/sweep-files.js'
import { OWN_COMMAND } from '../own-command.js'
import type { Executor, TrialExit, TrialJob } from './executor.js'

export interface Cluster {
  /** Submits a job and returns its id. Throws a UserError with the words of the cluster if it is refused. */
  submit(request: JobRequest): Promise<string>
  /** Returns the jobs of this user that the cluster still knows. */
  jobs(): Promise<readonly ClusterJob[]>
  /** Tells how a job ended; null if the cluster does not know it any more. */
  exitOf(job: ClusterJob): Promise<TrialExit | null>
  /** Removes a job that waits. One that runs gets SIGTERM. */
  stop(id: string): Promise<void>
}

export interface JobRequest {
  /** A name that no other job has. */
  readonly name: string
  /** Path of a script that runs its arguments, so that nothing has to be quoted. `exec` lets signals reach them. */
  readonly script: string
  readonly args: readonly string[]
  readonly processors: number
  /** File to which standard output and standard error are appended. */
  readonly log: string
  /** Variables of the environment, besides those that the cluster gives. */
  readonly env: Readonly<Record<string, string>>
}

export interface ClusterJob {
  readonly id: string
  readonly name: string
  /** As the cluster calls it. */
  readonly state: string
  readonly isEnded: boolean
}

/** Exit code of a command that SIGTERM has ended: with a checkpoint, so that the trial can go on. */
export const TERMINATED = 128 + constants.signals.SIGTERM

/** Milliseconds between two looks at the queue: they grow while nothing changes, because many users ask the cluster. */
const [FIRST_LOOK, LAST_LOOK] = [500, 10_000]

/** Looks in a row that may fail. */
const MOST_TRIES = 30

const SCRIPT = '#!/bin/sh\nexec "$@"\n'

export function clusterExecutor(cluster: Cluster, slots: number): Executor {
  const queue = new Queue(cluster)
  return {
    slots,
    outlives: true,
    kill() {},
    async start(job) {
      const id = (await leftRunning(cluster, job)) ?? (await submitted(cluster, job))
      return {
        ended: queue.ended(id).then(async (ended) => {
          await rm(join(job.folder, TRIAL_FILES.job), { force: true })
          return ended
        }),
        // a job may end between two requests
        stop: () => void cluster.stop(id).catch(() => {}),
      }
    },
  }
}

async function submitted(cluster: Cluster, { folder, number, args, processors }: TrialJob): Promise<string> {
  const script = resolve(folder, '..', '..', SWEEP_FILES.script)
  await inWords('write the script of the trials', async () => {
    await writeFile(script, SCRIPT)
    await chmod(script, 0o755)
  })
  const name = jobName(folder, number)
  const id = await cluster.submit({
    ...{ name, script, processors },
    args: [process.execPath, OWN_COMMAND, ...args],
    log: resolve(folder, TRIAL_FILES.log),
    env: { [PROCESSORS]: String(processors) },
  })
  await inWords('write the job of a trial', () =>
    writeFileAtomic(join(folder, TRIAL_FILES.job), jsonText({ id, name })),
  )
  return id
}

/** The folder tells jobs of two sweeps apart, the rest two jobs of a trial. */
function jobName(folder: string, number: number): string {
  const digest = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 8)
  return `train-${trialFolderName(number)}-${digest}-${randomBytes(4).toString('hex')}`
}

/** Returns the id of the job that an earlier sweep has submitted, if it has not ended. Ids are used again, so names count. */
async function leftRunning(cluster: Cluster, { folder }: TrialJob): Promise<string | null> {
  const stored = jsonOf(await readFile(join(folder, TRIAL_FILES.job), 'utf8').catch(() => ''))
  if (!isObject(stored)) return null
  const found = (await cluster.jobs()).find(({ id, name }) => id === stored.id && name === stored.name)
  return found && !found.isEnded ? found.id : null
}

/** Looks at the queue for all jobs at once. */
class Queue {
  readonly #waiting = new Map<string, (job: Promise<ClusterJob | null>) => void>()
  #isLooking = false

  constructor(private readonly cluster: Cluster) {}

  /** Resolves when the job has ended. */
  async ended(id: string): Promise<TrialExit> {
    const left = new Promise<ClusterJob | null>((done) => {
      this.#waiting.set(id, done)
    })
    if (!this.#isLooking) void this.#look()
    const job = await left
    // one that the cluster has forgotten has ended unseen: its folder tells how far it came
    return (job && (await this.cluster.exitOf(job))) ?? { code: null, signal: 'LOST', isByPlace: true }
  }

  /** Whoever waits hears of an error. */
  async #look(): Promise<void> {
    this.#isLooking = true
    try {
      await this.#lookAgain()
    } catch (error) {
      for (const done of this.#waiting.values()) done(Promise.reject(error))
      this.#waiting.clear()
    }
    this.#isLooking = false
  }

  /** A cluster that does not answer is asked again for some minutes. */
  async #jobs(): Promise<readonly ClusterJob[]> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.cluster.jobs()
      } catch (error) {
        if (tries === MOST_TRIES) throw error
        await delay(LAST_LOOK)
      }
    }
  }

  async #lookAgain(): Promise<void> {
    let pause = FIRST_LOOK
    let before = ''
    while (this.#waiting.size > 0) {
      await delay(pause)
      const known = new Map((await this.#jobs()).map((job) => [job.id, job]))
      for (const [id, done] of [...this.#waiting]) {
        const job = known.get(id) ?? null
        if (job !== null && !job.isEnded) continue
        this.#waiting.delete(id)
        done(Promise.resolve(job))
      }
      const states = [...known.values()].map(({ id, state }) => `${id} ${state}`).join()
      pause = states === before ? Math.min(LAST_LOOK, 1.5 * pause) : FIRST_LOOK
      before = states
    }
  }
}
