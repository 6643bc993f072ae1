/** The last lines of a run, as a person reads them. */
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { expectationLines, runSummary, type SummaryParts } from '../../src/report/run-summary.js'
import type { Divergence, EndEvent } from '../../src/training/events.js'
import type { Expectation } from '../../src/training/gate.js'
import { endEvent } from '../export/sample-run.js'

const earlyStopping: NonNullable<SummaryParts['earlyStopping']> = {
  monitor: 'val_loss',
  min_delta: 0,
  patience: 2,
  mode: 'auto',
  baseline: null,
  restore_best_weights: true,
  start_from_epoch: 0,
}

const best = { epoch: 7, monitor: 'val_loss', value: 0.0712 }

const lines = (end: Partial<EndEvent>, rest: Partial<SummaryParts> = {}) =>
  runSummary({
    end: { ...endEvent, ...end },
    stepsPerEpoch: 422,
    earlyStopping,
    test: { loss: 0.0654, acc: 0.9812 },
    missing: [],
    seconds: 41.2,
    directory: 'runs/mnist-mlp/1',
    notInTfjs: [],
    ...rest,
  })

const TEST = 'Test: loss: 0.0654 - acc: 0.9812'
const TOOK = 'Took 41 s. Files: runs/mnist-mlp/1'

test('layers that tfjs lacks are named at the end', () => {
  expect(lines({ epochs: 3 }, { notInTfjs: ['GRU', 'gelu'] }).at(-1)).toBe(
    'tf.loadLayersModel cannot open the saved model: TensorFlow.js has no equivalent of GRU, gelu.',
  )
})

describe('the reason to stop', () => {
  test('no improvement', () => {
    const stopping = { epochs: 2, baseline: null }
    expect(lines({ reason: 'early_stopping', epochs: 9, best, restored: true, stopping })).toEqual([
      'Stopped early after 9 epochs: val_loss has not improved for 2 epochs.',
      'Best epoch: 7, val_loss 0.0712; the saved model has its weights.',
      TEST,
      TOOK,
    ])
  })

  test('patience 0 waits for one epoch', () => {
    const [reason] = lines(
      { reason: 'early_stopping', epochs: 1, stopping: { epochs: 1, baseline: null } },
      { earlyStopping: { ...earlyStopping, patience: 0 } },
    )
    expect(reason).toBe('Stopped early after 1 epoch: val_loss has not improved for 1 epoch.')
  })

  test('a baseline that is never beaten', () => {
    const [reason] = lines({ reason: 'early_stopping', epochs: 4, best, stopping: { epochs: 4, baseline: 0.05 } })
    expect(reason).toBe(
      'Stopped early after 4 epochs: val_loss has not been better than the baseline of 0.05 for 4 epochs.',
    )
  })

  test('all epochs done, without early stopping', () => {
    expect(lines({ epochs: 1 }, { earlyStopping: null })).toEqual(['Trained for 1 epoch.', TEST, TOOK])
  })

  test('interrupted: no scores', () => {
    const end = { reason: 'interrupted', epochs: 3, best, interruptedAt: { epoch: 4, step: 210 } } as const
    expect(lines(end, { test: null })).toEqual([
      'Interrupted in epoch 4, after 210 of 422 steps.',
      'Best epoch: 7, val_loss 0.0712; the saved model has the weights of the last epoch.',
      TOOK,
    ])
  })

  test('a number without a row: where', () => {
    const missingRow = { epoch: 4, step: 210, problem: new UserError('Embedding "e" is given 7') }
    expect(lines({ reason: 'missing_row', epochs: 3, missingRow }, { test: null })).toEqual([
      'Stopped in epoch 4, at step 210 of 422 steps: a number has no row.',
      TOOK,
    ])
  })

  const divergedWith = (given: Partial<Divergence>) => {
    const bad = { tensor: 'dense/kernel', kind: 'weight', value: Number.NaN } as const
    const divergence = { epoch: 1, step: 3, during: 'step', updates: 2, ...bad, ...given } as const
    return lines({ reason: 'diverged', epochs: 0, divergence }, { test: null })
  }

  test.each([
    ['step', 'in epoch 1, step 3'],
    ['weights', 'in epoch 1, in the update of step 3'],
    ['validation', 'in epoch 1, step 3, in validation'],
    ['test', 'in the test, after epoch 1'],
  ] as const)('diverged: where, during %s', (during, place) => {
    expect(divergedWith({ during })).toEqual([
      `Diverged ${place}: the first tensor with nan is dense/kernel. Try a smaller learning rate.`,
      TOOK,
    ])
  })

  test.each([
    ['weight', 'dense/kernel', 'the initializer of the weight gave it this value.'],
    ['layer', 'the output of dense', 'check the layer, its initial weights and its inputs.'],
    ['measure', 'loss', 'the outputs of every layer are finite; check whether the last activation suits the loss.'],
  ] as const)('diverged before any update, at a %s', (kind, tensor, words) => {
    const [reason] = divergedWith({ kind, tensor, updates: 0 })
    expect(reason).toContain(`the first tensor with nan is ${tensor}. No update had been made`)
    expect(reason).toContain(words)
    expect(reason).not.toContain('smaller')
  })
})

describe('expectations', () => {
  const line = (
    bound: 'min' | 'max',
    value: number,
    found: number | null,
    passed: boolean,
    at: Expectation['at'] = 'restored',
  ) => expectationLines([{ key: 'val_acc', bound, value, at, found, passed }])[0]

  test('found and expected values', () => {
    expect(line('min', 0.975, 0.98123456789, true)).toBe('passed: val_acc 0.9812346, expected at least 0.975')
    expect(line('max', 0.12, 0.25, false)).toBe('FAILED: val_acc 0.25, expected at most 0.12')
  })

  test('the epoch, unless it is that of the model', () => {
    expect(line('min', 0.5, 0.25, false, 'last')).toBe('FAILED: val_acc of the last epoch 0.25, expected at least 0.5')
    expect(line('min', 0.5, 0.75, true, 'best')).toBe('passed: val_acc at its best 0.75, expected at least 0.5')
    expect(line('min', 0.5, 0.75, true, null)).toBe('passed: val_acc 0.75, expected at least 0.5')
  })

  test('a number that is missing, or none', () => {
    expect(line('min', 0.5, null, false)).toBe('FAILED: val_acc is missing, expected at least 0.5')
    expect(line('min', 0.5, Number.NaN, false)).toBe('FAILED: val_acc nan, expected at least 0.5')
  })

  test('a value so close to the bound that only all digits show the difference', () => {
    expect(line('min', 0.975, 0.97499999, false)).toBe('FAILED: val_acc 0.97499999, expected at least 0.975')
    expect(line('max', 0.12, 0.12000000001, false)).toBe('FAILED: val_acc 0.12000000001, expected at most 0.12')
    expect(line('min', 0.975, 0.975, true)).toBe('passed: val_acc 0.975, expected at least 0.975')
  })
})
