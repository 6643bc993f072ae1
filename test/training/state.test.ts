/** Training that goes on from a saved state, at any moment, ends as training without a break. */
import { describe, expect, test } from 'vitest'
import { exactText, exactValue } from '../../src/base/exact-json.js'
import type { StateValues } from '../../src/engine/engine.js'
import type { Action } from '../../src/training/callbacks/callback.js'
import type { TrainingEvent } from '../../src/training/events.js'
import { type TrainingOptions, train } from '../../src/training/loop.js'
import type { Checkpoints, Moment, TrainingState } from '../../src/training/state.js'
import { callbacksOf } from '../support/callbacks.js'
import { emptyBatches, loopOptions, type Script, scriptedRunner } from '../support/loop.js'

interface Saved {
  readonly state: TrainingState
  readonly values: StateValues
  readonly waits: boolean
}

/** Keeps each state as a file would: as text. */
function keeping(isDue: (after: Moment, iterations: number) => boolean): Checkpoints & { readonly saved: Saved[] } {
  const saved: Saved[] = []
  return {
    saved,
    isDue,
    async save({ kept, ...rest }, read, { waits }) {
      const state = { ...(exactValue(exactText(rest)) as Omit<TrainingState, 'kept'>), kept }
      saved.push({ state: { ...state, sums: withArrays(state.sums) }, values: await read(), waits })
    },
  }
}

const withArrays = ({ samples, outputs }: TrainingState['sums']): TrainingState['sums'] => ({
  samples,
  outputs: Object.fromEntries(Object.entries(outputs).map(([name, sums]) => [name, Float64Array.from(sums)])),
})

/** Losses that follow from the weight, which counts steps; validation is best in the middle. */
const LOSSES = [9, 7.5, 0.1, 6, 5, 4.25, 4, 3, 2, 1.5, 1.25, 1, 0.9, 0.8]

interface Run {
  readonly events: readonly TrainingEvent[]
  readonly actions: readonly Action[]
  readonly weight: number
}

const CALLBACKS = [
  { type: 'LearningRateScheduler', rates: { 1: 0.25 } },
  { type: 'ReduceLROnPlateau', monitor: 'val_loss', patience: 1, factor: 0.5 },
  { type: 'ModelCheckpoint', filepath: 'at-{epoch}-{batch}', save_freq: 4 },
  { type: 'ModelCheckpoint', filepath: 'best', save_best_only: true },
  { type: 'CSVLogger', filename: 'rows.csv' },
  { type: 'TensorBoard', log_dir: 'logs', update_freq: 2 },
  { type: 'EarlyStopping', monitor: 'val_loss', patience: 3, restore_best_weights: true },
]

/** Trains from a state, or from the beginning; `more` are options of the loop. */
async function run(from: Saved | null, more: Partial<TrainingOptions> = {}): Promise<Run> {
  let weight = from === null ? 0 : from.values.weight![0]!
  const script: Script = ({ program }) => {
    if (program === 'train') return { loss: LOSSES[weight++ % LOSSES.length]!, odd: -0 }
    return { loss: Math.abs(weight - 6), odd: 0 }
  }
  const runner = scriptedRunner(script)
  if (from) await runner.write(from.values)
  const actions: Action[] = []
  const options = loopOptions({
    runner,
    epochs: 8,
    validationSamples: 2,
    metrics: ['loss', 'odd'],
    batches: (_, first = 0) => rest(first),
    callbacks: callbacksOf(CALLBACKS),
    files: { write: async (action) => void actions.push(action) },
    learningRate: (iterations) => 1 / (1 + iterations),
    now: () => 0,
    ...more,
  })
  const events: TrainingEvent[] = []
  for await (const event of train(options, from?.state)) events.push(event)
  return { events, actions, weight: (await runner.read()).weight![0]! }
}

async function* rest(first: number) {
  let step = 0
  for await (const batch of emptyBatches(10, 4)) if (step++ >= first) yield batch
}

/** Events from a step on; `start` and `epochBegin` tell of the break. */
const afterBreak = (events: readonly TrainingEvent[], { epoch, step }: TrainingState) =>
  events.filter((event) => {
    if (event.type === 'start' || event.type === 'epochBegin') return false
    if (event.type === 'batchEnd') return event.epoch > epoch || (event.epoch === epoch && event.step > step)
    return event.type === 'end' || event.epoch >= epoch
  })

describe('a run that is saved at every moment', async () => {
  const checkpoints = keeping(() => true)
  const straight = await run(null, { checkpoints })
  const { saved } = checkpoints

  test('is the same as one that is not saved', async () => {
    expect(straight).toEqual(await run(null))
    expect(saved.length).toBeGreaterThan(15)
    expect(straight.events.at(-1)).toMatchObject({ reason: 'early_stopping', restored: true })
  })

  test.each(saved.map((one) => [one.state.epoch, one.state.step, one] as const))(
    'goes on from epoch %s, step %s',
    async (_, __, one) => {
      const resumed = await run(one)
      expect(resumed.events.find(({ type }) => type === 'start')).toMatchObject({
        from: { epoch: one.state.epoch, step: one.state.step },
      })
      expect(afterBreak(resumed.events, one.state)).toEqual(afterBreak(straight.events, one.state))
      expect(resumed.weight).toBe(straight.weight)
      const isBegin = (action: Action) => action.type === 'appendText' && action.text === ''
      const later = resumed.actions.filter((action) => !isBegin(action))
      expect(straight.actions.slice(-later.length || straight.actions.length)).toEqual(later)
    },
  )

  test('waits for the last state only', () => {
    expect(saved.map(({ waits }) => waits)).toEqual([...saved.slice(1).map(() => false), true])
  })
})

test('an interruption is saved before training ends, and the run goes on from there', async () => {
  const straight = await run(null)
  for (let after = 1; after < 14; after++) {
    const controller = new AbortController()
    const checkpoints = keeping(() => false)
    let steps = 0
    const batches = async function* (_: number, first = 0) {
      for await (const batch of rest(first)) {
        if (steps++ === after) controller.abort()
        yield batch
      }
    }
    const broken = await run(null, { checkpoints, signal: controller.signal, batches })
    expect(broken.events.at(-1)).toMatchObject({ reason: 'interrupted' })
    const [one] = checkpoints.saved
    expect(one!.waits).toBe(true)
    const resumed = await run(one!)
    expect(afterBreak(resumed.events, one!.state)).toEqual(afterBreak(straight.events, one!.state))
    expect(resumed.weight).toBe(straight.weight)
  }
})

test('a pause ends after its epoch with a saved state', async () => {
  const checkpoints = keeping(() => false)
  const paused = await run(null, { checkpoints, pauseAfter: 2 })
  expect(paused.events.at(-1)).toMatchObject({ reason: 'paused', epochs: 2 })
  expect(checkpoints.saved).toMatchObject([{ state: { epoch: 3, step: 0, ending: null }, waits: true }])
  const resumed = await run(checkpoints.saved[0]!)
  expect(resumed.weight).toBe((await run(null)).weight)
})

test('a pause after the last epoch is no pause', async () => {
  const checkpoints = keeping((after) => after === 'training')
  const { events } = await run(null, { checkpoints, pauseAfter: 8, epochs: 8, callbacks: [] })
  expect(events.at(-1)).toMatchObject({ reason: 'completed', epochs: 8 })
  expect(checkpoints.saved).toHaveLength(1)
})

test('with more epochs, a run that is complete goes on as a longer one', async () => {
  const checkpoints = keeping((after) => after === 'training')
  const more = { callbacks: callbacksOf(CALLBACKS.slice(0, 6)) }
  await run(null, { checkpoints, epochs: 3, ...more })
  const resumed = await run(checkpoints.saved[0]!, { epochs: 5, ...more })
  const straight = await run(null, { epochs: 5, ...more })
  const { state } = checkpoints.saved[0]!
  expect(afterBreak(resumed.events, state)).toEqual(afterBreak(straight.events, state))
})

test('the time of a run and of its epoch go on', async () => {
  let now = 0
  const clock = { now: () => now }
  const checkpoints = keeping(() => true)
  const batches = async function* (_: number, first = 0) {
    for await (const batch of rest(first)) {
      now += 1000
      yield batch
    }
  }
  await run(null, { ...clock, checkpoints, batches, callbacks: [], epochs: 2 })
  const one = checkpoints.saved.find(({ state }) => state.epoch === 2 && state.step === 1)!
  expect(one.state).toMatchObject({ milliseconds: 4000, epochMilliseconds: 1000 })
  now = 1e6
  const { events } = await run(one, { ...clock, batches, callbacks: [], epochs: 2 })
  expect(events.find(({ type }) => type === 'epochBegin')).toMatchObject({ epoch: 2, step: 1, seconds: 1 })
  expect(events.find(({ type }) => type === 'epochEnd')).toMatchObject({ epoch: 2, seconds: 3 })
})
