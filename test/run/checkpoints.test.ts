/** When the state of a run is saved, and what happens if that fails. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newestCheckpoint } from '../../src/export/checkpoint-file.js'
import { type CheckpointsOptions, RunCheckpoints } from '../../src/run/checkpoints.js'
import type { CheckpointSpec } from '../../src/spec/checkpoint.js'
import { BEGIN, type Moment } from '../../src/training/state.js'
import { temporaryFolder } from '../support/command.js'

const FACTS = {
  trainspec: '1',
  started: '2026-01-01T00:00:00.000Z',
  computedBy: { engine: 'onnx', device: 'cpu', precision: 'float32', processors: 2 },
  data: '',
  startedFrom: null,
  files: [],
}

function checkpointsOf(policy: CheckpointSpec, more: Partial<CheckpointsOptions> = {}) {
  const directory = temporaryFolder()
  const heard: string[] = []
  const checkpoints = new RunCheckpoints({
    policy,
    directory,
    weights: ['kernel'],
    facts: async () => FACTS,
    isAsked: () => false,
    saving: (work) => work(),
    saved: (path) => heard.push(`saved ${path}`),
    unwritten: (text) => heard.push(text),
    now: () => 0,
    ...more,
  })
  const state = join(directory, 'state')
  const save = (iterations: number, kernel = 1, waits = true) =>
    checkpoints.save({ ...BEGIN, iterations }, async () => ({ kernel: Float32Array.of(kernel) }), { waits })
  return { checkpoints, save, state, directory, heard }
}

/** The moments of two epochs of three steps, and which of them are due. */
function dueMoments({ checkpoints }: ReturnType<typeof checkpointsOf>, later = () => {}): string[] {
  const moments: [Moment, number][] = [1, 2, 3, 3, 4, 5, 6, 6].map((iterations, index) => [
    index === 3 ? 'epoch' : index === 7 ? 'training' : 'step',
    iterations,
  ])
  return moments.flatMap(([after, iterations]) => {
    later()
    return checkpoints.isDue(after, iterations) ? [`${after} ${iterations}`] : []
  })
}

test.each([
  [null, []],
  [{ every: 'epoch', keep: 2 }, ['epoch 3', 'training 6']],
  [{ every: 2, keep: 2 }, ['step 2', 'step 4', 'step 6', 'training 6']],
  [{ every: { minutes: 1 }, keep: 2 }, []],
] as const)('with %j', (policy, due) => {
  expect(dueMoments(checkpointsOf(policy))).toEqual(due)
})

test('by time, from the last checkpoint on', async () => {
  let now = 0
  const run = checkpointsOf({ every: { minutes: 1 }, keep: 2 }, { now: () => now })
  now = 59_999
  expect(run.checkpoints.isDue('step', 1)).toBe(false)
  now = 60_000
  expect(run.checkpoints.isDue('step', 2)).toBe(true)
  await run.save(2)
  expect(run.checkpoints.isDue('step', 3)).toBe(false)
  now = 120_000
  expect(run.checkpoints.isDue('epoch', 3)).toBe(true)
})

test('a run long enough for one checkpoint saves its last state too', async () => {
  const run = checkpointsOf({ every: { minutes: 1 }, keep: 2 })
  expect(run.checkpoints.isDue('training', 9)).toBe(false)
  await run.save(1)
  expect(run.checkpoints.isDue('training', 9)).toBe(true)
})

test('one that is asked for is saved at once, and said', async () => {
  let isAsked = true
  const asked = () => {
    const was = isAsked
    isAsked = false
    return was
  }
  const run = checkpointsOf(null, { isAsked: asked })
  expect(run.checkpoints.isDue('step', 1)).toBe(true)
  await run.save(1)
  expect(run.heard).toEqual([`saved ${join(run.state, '1')}`])
  expect(run.checkpoints.isDue('step', 2)).toBe(false)
})

test('one that is due while another is written comes after it', async () => {
  const run = checkpointsOf({ every: 'epoch', keep: 5 })
  await run.save(1, 1, false)
  expect(run.checkpoints.isDue('epoch', 3)).toBe(false)
  await run.checkpoints.close()
  expect(run.checkpoints.isDue('step', 4)).toBe(true)
  await run.save(4)
  expect(run.checkpoints.isDue('step', 5)).toBe(false)
  expect(readdirSync(run.state)).toEqual(['1', '2'])
})

test('the newest stay, and numbers go on', async () => {
  const run = checkpointsOf({ every: 1, keep: 2 })
  for (const iterations of [1, 2, 3]) await run.save(iterations)
  expect(readdirSync(run.state)).toEqual(['2', '3'])
})

test('while training goes on, one in ten seconds is forced onto the disk, and the last one stays', async () => {
  let now = 0
  const run = checkpointsOf({ every: 1, keep: 1 }, { now: () => now })
  for (const [iterations, time] of [0, 5000, 9999, 10_000, 11_000, 12_000].entries()) {
    now = time
    await run.save(iterations, 1, false)
    await run.checkpoints.close()
  }
  expect(readdirSync(run.state)).toEqual(['4', '6'])
  await run.save(9)
  expect(readdirSync(run.state)).toEqual(['7'])
})

test('weights that are not finite are not saved over good ones', async () => {
  const run = checkpointsOf({ every: 1, keep: 1 })
  await run.save(1, 5)
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) await run.save(2, bad)
  expect((await newestCheckpoint(run.state)).found!.values.kernel).toEqual(Float32Array.of(5))
})

test('a checkpoint that cannot be written is said once, and leaves the older ones', async () => {
  const run = checkpointsOf({ every: 1, keep: 1 })
  await run.save(1)
  mkdirSync(join(run.state, '2'))
  writeFileSync(join(run.state, '2', 'in-the-way'), '')
  await run.save(2)
  await run.save(3)
  expect(run.heard).toEqual([expect.stringMatching(/^A checkpoint cannot be written: .*state\/2/)])
  expect(readdirSync(run.state)).toEqual(['3'])
})
