/** Trials train as far as their rungs, and what happens to one does not hold up the others. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Executor, TrialExit, TrialJob } from '../../../src/run/sweep/executor.js'
import type { PlannedTrial } from '../../../src/run/sweep/plan.js'
import { sweepReport } from '../../../src/run/sweep/results.js'
import { runTrials, statesOf } from '../../../src/run/sweep/run-trials.js'
import type { Rung } from '../../../src/run/sweep/rungs.js'
import { writeTrial } from '../../../src/run/sweep/trial-folder.js'
import type { EndEvent } from '../../../src/training/events.js'
import { endEvent, epochsOf, historyOf } from '../../export/sample-run.js'
import { temporaryFolder } from '../../support/command.js'
import { resolveSpec } from '../../support/spec.js'

const WHOLE: readonly Rung[] = [{ epochs: 4, trials: 3 }]
const HALVED: readonly Rung[] = [
  { epochs: 2, trials: 3 },
  { epochs: 4, trials: 1 },
]

const trialsWith = (count: number): PlannedTrial[] =>
  Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    values: { seed: index },
    spec: resolveSpec({ layers: ['Flatten'], fit: { epochs: 4 } }),
  }))

const DIVERGED: Partial<EndEvent> = {
  reason: 'diverged',
  divergence: { epoch: 1, step: 1, tensor: 'loss', during: 'step', updates: 0 } as EndEvent['divergence'],
}

/** A trial gives a value after all epochs that it trains; or its command ends like this, with or without a history. */
type Act = number | TrialExit | 'diverges' | 'waits'

/** Does what is said of each trial, the first time, the second time, and so on; the last goes for all further times. */
function actor(acts: Readonly<Record<number, readonly Act[]>>, slots = 2) {
  const jobs: { readonly number: number; readonly pause: string | undefined }[] = []
  const running = new Set<number>()
  let most = 0
  const executor: Executor = {
    slots,
    outlives: false,
    kill: () => {},
    async start({ number, args, folder }: TrialJob) {
      const turn = jobs.filter((job) => job.number === number).length
      const pause = args.includes('--pause-after') ? args[args.indexOf('--pause-after') + 1] : undefined
      jobs.push({ number, pause })
      running.add(number)
      most = Math.max(most, running.size)
      const act = acts[number]!.at(Math.min(turn, acts[number]!.length - 1))!
      let stopped = () => {}
      const stopping = new Promise<TrialExit>((resolve) => {
        stopped = () => resolve({ code: 143, signal: null })
      })
      const ended = act === 'waits' ? stopping : delay(5).then(() => perform(act, folder, pause))
      return { ended: ended.finally(() => running.delete(number)), stop: stopped }
    },
  }
  return { executor, jobs, most: () => most }
}

function perform(act: Exclude<Act, 'waits'>, folder: string, pause: string | undefined): TrialExit {
  if (typeof act === 'object') return act
  const path = join(folder, 'run/history.json')
  const before: number[] = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).metrics.loss : []
  const all = act === 'diverges' ? [] : [...before, ...Array(Number(pause ?? 4) - before.length).fill(act)]
  const epochs = all.map((loss) => ({ loss }))
  const end = act === 'diverges' ? DIVERGED : { reason: pause ? 'paused' : 'completed', epochs: epochs.length }
  const history = historyOf({ epochs: epochsOf(...epochs), end: { ...endEvent, ...end } as EndEvent })
  mkdirSync(join(folder, 'run'), { recursive: true })
  writeFileSync(path, JSON.stringify(history))
  return { code: act === 'diverges' ? 3 : 0, signal: null }
}

const monitor = { key: 'loss', better: 'min' } as const

async function swept(
  { executor }: ReturnType<typeof actor>,
  { rungs = WHOLE, count = 3, folder = temporaryFolder(), signal = new AbortController().signal } = {},
) {
  const trials = trialsWith(count)
  for (const trial of trials) await writeTrial(folder, trial)
  const states = await statesOf(folder, trials, executor, signal)
  const work = { folder, trials, rungs, monitor, executor, processors: 1, args: [], signal, changed: () => {} }
  await runTrials(states, work)
  return sweepReport(folder, { monitor, rungs, trials }, states)
}

const shown = ({ trials }: Awaited<ReturnType<typeof swept>>) =>
  trials.map(({ trial, state, epochs, value }) => [trial, state, epochs, value])

test('trials are sorted by what is monitored, and not more of them are under way than there is room', async () => {
  const acts = actor({ 1: [0.3], 2: [0.1], 3: [0.2] })
  const report = await swept(acts)
  expect(shown(report)).toEqual([
    [2, 'completed', 4, 0.1],
    [3, 'completed', 4, 0.2],
    [1, 'completed', 4, 0.3],
  ])
  expect(report.best).toBe(2)
  expect(acts.most()).toBe(2)
})

test('with halving the best go on, and those that trained longer come first', async () => {
  const acts = actor({ 1: [0.3], 2: [0.1, 0.4], 3: [0.2] })
  expect(shown(await swept(acts, { rungs: HALVED }))).toEqual([
    [2, 'completed', 4, 0.4],
    [3, 'stopped', 2, 0.2],
    [1, 'stopped', 2, 0.3],
  ])
  expect(acts.jobs.slice(0, 3).map(({ pause }) => pause)).toEqual(['2', '2', '2'])
  expect(acts.jobs.slice(3)).toEqual([{ number: 2, pause: undefined }])
})

test('a trial that diverged is a result, and the last', async () => {
  const acts = actor({ 1: ['diverges'], 2: [0.1], 3: [0.2] })
  expect(shown(await swept(acts)).at(-1)).toEqual([1, 'diverged', 0, null])
  expect(acts.jobs).toHaveLength(3)
})

test('a trial that is killed is started once more; another time, or an error, is a failure', async () => {
  const killed = { code: null, signal: 'SIGKILL' }
  const acts = actor({ 1: [killed, 0.3], 2: [killed, { code: 143, signal: null }], 3: [{ code: 2, signal: null }] })
  const folder = temporaryFolder()
  const report = await swept(acts, { folder })
  expect(shown(report)).toEqual([
    [1, 'completed', 4, 0.3],
    [2, 'failed', 0, null],
    [3, 'failed', 0, null],
  ])
  expect(report.trials.map(({ failure }) => failure)).toEqual([null, 'ended by a signal, 2 times', 'exit code 2'])
  expect(JSON.parse(readFileSync(join(folder, 'trials/0003/exit.json'), 'utf8'))).toEqual({ code: 2, signal: null })

  // the same sweep once more tries the failed ones again, and no other
  const again = actor({ 2: [0.2], 3: [0.1] })
  expect(shown(await swept(again, { folder })).map(([trial]) => trial)).toEqual([3, 2, 1])
  expect(again.jobs.map(({ number }) => number).toSorted()).toEqual([2, 3])
})

test('a trial that failed does not hold up a rung', async () => {
  const acts = actor({ 1: [{ code: 70, signal: null }], 2: [0.1], 3: [0.2] })
  expect(shown(await swept(acts, { rungs: HALVED }))[0]).toEqual([2, 'completed', 4, 0.1])
})

test('an interrupt stops the trials under way, and starts no other', async () => {
  const controller = new AbortController()
  const acts = actor({ 1: ['waits'], 2: ['waits'], 3: [0.1] })
  const timer = setInterval(() => {
    if (acts.jobs.length === 2) controller.abort()
  }, 5)
  const report = await swept(acts, { signal: controller.signal })
  clearInterval(timer)
  expect(shown(report).map(([, state]) => state)).toEqual(['waiting', 'waiting', 'waiting'])
  expect(acts.jobs).toHaveLength(2)
})

test('a rung does not depend on which trial is faster', async () => {
  const reports = await Promise.all(
    [1, 2, 3].map((slots) => swept(actor({ 1: [0.2], 2: [0.2], 3: [0.1] }, slots), { rungs: HALVED })),
  )
  const without = reports.map(({ trials }) => trials.map(({ folder: _, ...trial }) => trial))
  expect(without[1]).toEqual(without[0])
  expect(without[2]).toEqual(without[0])
})

test('a trial that its place ends goes on as often as that', async () => {
  const byPlace = { code: null, signal: 'TIMEOUT', isByPlace: true }
  const acts = actor({ 1: [byPlace, byPlace, byPlace, byPlace, 0.3] })
  expect(shown(await swept(acts, { count: 1 }))).toEqual([[1, 'completed', 4, 0.3]])
})

test('a trial that ends well, but left no result, has failed', async () => {
  const report = await swept(actor({ 1: [{ code: 0, signal: null }] }), { count: 1 })
  expect(report.trials[0]!.failure).toMatch(/^it ended, but its result is not in .*trials\/0001$/)
})
