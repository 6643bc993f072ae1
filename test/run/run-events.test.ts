/** The events of the stream follow from those of the work, and fit their schema. */
import { expect, test } from 'vitest'
import type { Engine } from '../../src/engine/engine.js'
import { eventLine, type RunEvent, runEventSchema } from '../../src/export/run-events.js'
import { tellEvents } from '../../src/run/run-events.js'
import type { WorkEvent } from '../../src/run/work-events.js'
import type { BatchEndEvent, EndEvent } from '../../src/training/events.js'
import { endEvent, epochEnd, startEvent } from '../export/sample-run.js'
import { documentOf } from '../support/schema.js'

const engine = { name: 'onnx', device: 'cpu' } as Engine
const stageBegin = {
  type: 'stageBegin',
  stage: { spec: { name: 'mlp', seed: 42 }, title: null },
  directory: 'runs/mlp/1',
} as unknown as WorkEvent
const batchEnd = (step: number, loss = 0.5): BatchEndEvent => ({
  ...{ type: 'batchEnd', epoch: 1, step, samples: step * 128 },
  metrics: { loss, acc: 0.8 },
})

/** A teller with a clock that the test sets, and the events that it has told. */
function teller() {
  const told: RunEvent[] = []
  const clock = { now: 1000 }
  const { event, ...rest } = tellEvents(
    (one) => {
      expect(runEventSchema.parse(documentOf(eventLine(one), 'events.schema.json'))).toEqual(one)
      told.push(one)
    },
    () => clock.now,
  )
  const hear = (...events: WorkEvent[]) => {
    for (const one of events) event(one, engine)
  }
  hear(stageBegin, startEvent, { type: 'epochBegin', epoch: 1, step: 0, seconds: 0, earliestStop: null })
  return { told, clock, hear, ...rest }
}

const names = (told: readonly RunEvent[]) => told.map(({ event }) => event)

test('a run without anything special', () => {
  const { told, clock, hear, end } = teller()
  clock.now = 1500
  hear(batchEnd(1), epochEnd(1, { loss: 0.5, acc: 0.8, val_loss: 0.4, gap: 0.1 }), endEvent)
  end({ outcome: 'done', directory: 'runs/mlp/1', scores: { loss: 0.5, test_acc: 0.9 }, measured: null, before: null })
  expect(names(told)).toEqual(['start', 'batch', 'validation', 'epoch', 'stop', 'end'])
  const [start, batch, validation, epoch, stop, ended] = told
  expect(start).toMatchObject({ version: 1, elapsed: 0, name: 'mlp', stage: null, fold: null, samples: 54000 })
  expect(batch).toMatchObject({ elapsed: 0.5, epoch: 1, step: 1, samples: 128, metrics: { loss: 0.5, acc: 0.8 } })
  expect(validation).toMatchObject({ epoch: 1, samples: 6000, metrics: { val_loss: 0.4, gap: 0.1 } })
  expect(epoch).toMatchObject({ metrics: { loss: 0.5, acc: 0.8, val_loss: 0.4, gap: 0.1 }, learning_rate: 0.001 })
  expect(stop).toMatchObject({ reason: 'completed', epochs: 2, updates: 844, epoch: null, tensor: null })
  expect(ended).toMatchObject({ outcome: 'done', message: null, scores: { loss: 0.5, test_acc: 0.9 } })
})

test('batches come ten times a second at most', () => {
  const { told, clock, hear } = teller()
  for (let step = 1; step <= 100; step++) {
    clock.now += 7
    hear(batchEnd(step))
  }
  expect(told.slice(1).map((one) => 'step' in one && one.step)).toEqual([1, 16, 31, 46, 61, 76, 91])
})

test('a saved model is told after the step or the epoch that it was saved in', () => {
  const { told, clock, hear, saved } = teller()
  hear(batchEnd(1))
  clock.now += 1
  saved('/run/a')
  hear(batchEnd(2))
  saved('/run/b')
  hear(epochEnd(1, { loss: 0.5 }))
  expect(names(told)).toEqual(['start', 'batch', 'checkpoint', 'epoch', 'checkpoint'])
  expect(told.filter(({ event }) => event === 'checkpoint')).toMatchObject([
    { epoch: 1, step: 2, path: '/run/a' },
    { epoch: 1, step: 2, path: '/run/b' },
  ])
})

test('NaN and infinity are null, also in the best value and in scores', () => {
  const { told, hear, end } = teller()
  const best = { epoch: 1, monitor: 'loss', value: Number.NaN }
  hear(batchEnd(1, Number.NaN), epochEnd(1, { loss: Number.POSITIVE_INFINITY, val_loss: Number.NaN }))
  hear({ ...endEvent, best })
  end({ outcome: 'expectationFailed', directory: null, scores: { loss: Number.NaN }, measured: null, before: null })
  expect(told.slice(1)).toMatchObject([
    { metrics: { loss: null } },
    { metrics: { val_loss: null } },
    { metrics: { loss: null, val_loss: null } },
    { best: { epoch: 1, monitor: 'loss', value: null } },
    { outcome: 'expectation_failed', scores: { loss: null } },
  ])
})

const cut = { epoch: 2, step: 7 }
test.each<[string, Partial<EndEvent>, object]>([
  ['interrupted', { reason: 'interrupted', interruptedAt: cut }, { reason: 'interrupted', ...cut, tensor: null }],
  ['out of time', { reason: 'time_budget', interruptedAt: cut }, { reason: 'time_budget', ...cut }],
  [
    'diverged',
    {
      reason: 'diverged',
      divergence: { ...cut, during: 'step', updates: 3, tensor: 'dense/kernel', kind: 'weight', value: Number.NaN },
    },
    { reason: 'diverged', ...cut, tensor: 'dense/kernel' },
  ],
])('a training that is %s says where', (_, changes, stop) => {
  const { told, hear } = teller()
  hear({ ...endEvent, ...changes })
  expect(told.at(-1)).toMatchObject(stop)
})

test('folds are counted, and an error ends the stream', () => {
  const { told, hear, warning, failed } = teller()
  hear({ type: 'fold', fold: 2, of: 3 }, stageBegin, startEvent, { type: 'engineWarning', text: 'little memory' })
  warning({ code: 'range', source: 'a.json', pointer: '/fit', message: 'found 1' })
  failed(new Error('the folder is gone'))
  expect(told.slice(1)).toMatchObject([
    { event: 'start', fold: 2 },
    { event: 'warning', code: null, pointer: null, message: 'little memory' },
    { event: 'warning', code: 'range', pointer: '/fit', message: 'a.json /fit: found 1' },
    { event: 'end', outcome: 'failed', message: 'the folder is gone', scores: null },
  ])
})
