/**
 * Trains trials as jobs of Slurm, on whichever machine of the cluster it chooses. The folder of the sweep must be the same
 * on all of them. Jobs go on when the sweep is gone, and the next one takes them over by the number in their folder.
 */
import { createHash } from 'node:crypto'
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
import { exitOf, jobs, requireSlurm, type SlurmJob, stop, submit } from './slurm.js'

/** States in which a job has ended. */
const ENDED = new Set([
  ...['BOOT_FAIL', 'CANCELLED', 'COMPLETED', 'DEADLINE', 'FAILED', 'NODE_FAIL', 'OUT_OF_MEMORY', 'PREEMPTED'],
  ...['REVOKED', 'TIMEOUT'],
])
/** Those that say nothing about the trial. */
const BY_PLACE = new Set(['BOOT_FAIL', 'DEADLINE', 'NODE_FAIL', 'PREEMPTED', 'REVOKED', 'TIMEOUT'])

/** Exit code after SIGTERM, which Slurm sends before the end of a job's time. */
const TERMINATED = 128 + constants.signals.SIGTERM

/** Milliseconds between two looks at the queue: they grow while nothing changes, because many users ask Slurm. */
const [FIRST_LOOK, LAST_LOOK] = [500, 10_000]

/** Throws a UserError if Slurm's commands are not here. */
export async function slurmExecutor(slots: number): Promise<Executor> {
  await requireSlurm()
  const queue = new Queue()
  return {
    slots,
    outlives: true,
    kill() {},
    async start(job) {
      const id = (await leftRunning(job)) ?? (await submitted(job))
      return {
        ended: queue.ended(id).then(async (ended) => {
          await rm(join(job.folder, TRIAL_FILES.job), { force: true })
          return ended
        }),
        stop: () => void stop(id),
      }
    },
  }
}

/** Runs its arguments, so that nothing has to be quoted. `exec` lets signals reach them. */
const SCRIPT = '#!/bin/sh\nexec "$@"\n'

async function submitted(job: TrialJob): Promise<string> {
  const { folder, args, processors } = job
  const script = join(folder, '..', '..', SWEEP_FILES.script)
  await inWords('write the script of the trials', async () => {
    await writeFile(script, SCRIPT)
    await chmod(script, 0o755)
  })
  const id = await submit({
    name: jobName(job),
    script,
    args: [process.execPath, OWN_COMMAND, ...args],
    processors,
    log: resolve(folder, TRIAL_FILES.log),
    env: { [PROCESSORS]: String(processors) },
  })
  await inWords('write the job of a trial', () =>
    writeFileAtomic(join(folder, TRIAL_FILES.job), jsonText({ place: 'slurm', id })),
  )
  return id
}

/** Returns the number of the job that an earlier sweep has submitted, if it has not ended. */
async function leftRunning(job: TrialJob): Promise<string | null> {
  const stored = jsonOf(await readFile(join(job.folder, TRIAL_FILES.job), 'utf8').catch(() => ''))
  if (!isObject(stored) || typeof stored.id !== 'string') return null
  const found = (await jobs()).find(({ id }) => id === stored.id)
  return found && found.name === jobName(job) && !ENDED.has(found.state) ? found.id : null
}

/** Numbers of jobs are used again; the name has the folder of the sweep too. */
function jobName({ folder, number }: TrialJob): string {
  const digest = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 8)
  return `train-${trialFolderName(number)}-${digest}`
}

/** Looks at the queue for all jobs at once. */
class Queue {
  readonly #waiting = new Map<string, (job: SlurmJob | null) => void>()
  #isLooking = false
  #failed: ((error: unknown) => void) | null = null
  #failure: Promise<never> = new Promise((_, reject) => {
    this.#failed = reject
  })

  constructor() {
    // whoever waits hears of it
    this.#failure.catch(() => {})
  }

  /** Resolves when the job has ended. */
  async ended(id: string): Promise<TrialExit> {
    const left = new Promise<SlurmJob | null>((done) => {
      this.#waiting.set(id, done)
    })
    if (!this.#isLooking) this.#look().catch((error) => this.#failed!(error))
    return exitAs(await Promise.race([left, this.#failure]), id)
  }

  async #look(): Promise<void> {
    this.#isLooking = true
    let pause = FIRST_LOOK
    let states = ''
    while (this.#waiting.size > 0) {
      await delay(pause)
      const known = new Map((await jobs()).map((job) => [job.id, job]))
      for (const [id, done] of [...this.#waiting]) {
        const job = known.get(id) ?? null
        if (job !== null && !ENDED.has(job.state)) continue
        this.#waiting.delete(id)
        done(job)
      }
      const now = [...known.values()].map(({ id, state }) => `${id} ${state}`).join()
      pause = now === states ? Math.min(LAST_LOOK, 1.5 * pause) : FIRST_LOOK
      states = now
    }
    this.#isLooking = false
  }
}

/** How a job ended. One that Slurm has forgotten has ended unseen: its folder tells how far it came. */
async function exitAs(job: SlurmJob | null, id: string): Promise<TrialExit> {
  if (job === null || BY_PLACE.has(job.state)) return { code: null, signal: job?.state ?? 'LOST', isByPlace: true }
  const exit = await exitOf(id)
  if (job.state === 'CANCELLED' || job.state === 'OUT_OF_MEMORY' || exit === null) {
    return { code: null, signal: job.state }
  }
  if (exit.signal !== 0) return { code: null, signal: signalName(exit.signal) }
  return { code: exit.code, signal: null, ...(exit.code === TERMINATED && { isByPlace: true }) }
}

const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, one]) => one === number)?.[0] ?? `signal ${number}`
