/** A time budget ends training after the batch in which the time runs out. The epoch is validated and counts. */
import { expect, test } from 'vitest'
import type { EndEvent } from '../../../src/training/events.js'
import { callbackOf } from '../../support/callbacks.js'
import { loopOptions, scriptedRunner, trainToEnd } from '../../support/loop.js'

/** Each batch takes a second. */
async function trainFor(seconds: number) {
  let time = 0
  const runner = scriptedRunner(({ program, size }) => {
    if (program === 'train') time += 1000
    return { loss: size }
  })
  const callbacks = [callbackOf({ type: 'TimeBudget', seconds })]
  const events = await trainToEnd(loopOptions({ runner, callbacks, epochs: 3, validationSamples: 4, now: () => time }))
  return { runner, events, end: events.at(-1) as EndEvent }
}

test('in the middle of an epoch', async () => {
  const { runner, events, end } = await trainFor(3.5)
  expect(end).toMatchObject({ reason: 'time_budget', epochs: 2, interruptedAt: { epoch: 2, step: 1 } })
  expect(runner.calls.map(({ program }) => program).join(' ')).toBe('train train train evaluate train evaluate')
  expect(events.at(-2)).toMatchObject({ type: 'epochEnd', epoch: 2, metrics: { loss: 1, val_loss: 1 } })
})

test('remaining time is not used', async () => {
  expect((await trainFor(100)).end).toMatchObject({ reason: 'completed', epochs: 3, interruptedAt: null })
})
