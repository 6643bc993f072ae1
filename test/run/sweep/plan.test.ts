/** The spec of every trial is made and checked before any trains. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatIssue, UserError } from '../../../src/base/issue.js'
import { sweepOverrides } from '../../../src/cli/sweep-options.js'
import { UNWATCHED } from '../../../src/data/watch.js'
import { planSweep } from '../../../src/run/sweep/plan.js'
import { BARS_AND_STRIPES } from '../../support/bars-and-stripes.js'
import { temporaryFolder } from '../../support/command.js'

const NOTHING = { runs: undefined, monitor: undefined, halving: undefined, seed: undefined, parallel: undefined }

async function planned(options: Partial<Parameters<typeof sweepOverrides>[0]>, fields: object = {}) {
  const path = join(temporaryFolder(), 'own.json')
  writeFileSync(path, JSON.stringify({ ...BARS_AND_STRIPES, metrics: ['acc'], ...fields }))
  return planSweep(path, sweepOverrides({ grid: [], random: [], ...NOTHING, ...options }), null, UNWATCHED)
}

async function problems(...args: Parameters<typeof planned>): Promise<string[]> {
  const error = await planned(...args).then(
    () => null,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(UserError)
  const { issues, message } = error as UserError
  return [...issues.map((issue) => formatIssue(issue).replaceAll(/\S*own\.json/g, 'own.json')), message]
}

test('a trial has its values in its spec', async () => {
  const { trials, monitor, rungs } = await planned({ grid: ['fit.batch_size=4,8', 'optimizer=Adam,SGD'] })
  expect(trials.map(({ spec }) => [spec.fit.batch_size, spec.optimizer!.type])).toEqual([
    [4, 'Adam'],
    [4, 'SGD'],
    [8, 'Adam'],
    [8, 'SGD'],
  ])
  expect(trials[0]!.spec).not.toHaveProperty('sweep')
  expect(monitor).toEqual({ key: 'acc', better: 'max' })
  expect(rungs).toEqual([{ epochs: 3, trials: 4 }])
})

test('options change what the spec says', async () => {
  const sweep = { grid: { seed: [1, 2, 3] }, halving: { factor: 2, min_epochs: 2 }, monitor: 'loss', parallel: 4 }
  const plan = await planned({ grid: ['fit.batch_size=4'], halving: 3, parallel: 2 }, { sweep, fit: { epochs: 6 } })
  expect(plan.trials).toHaveLength(3)
  expect(plan.sweep).toMatchObject({
    grid: { seed: [1, 2, 3], 'fit.batch_size': [4] },
    halving: { factor: 3, min_epochs: 2 },
    parallel: 2,
  })
  expect(plan.monitor).toEqual({ key: 'loss', better: 'min' })
  expect(plan.rungs).toEqual([
    { epochs: 2, trials: 3 },
    { epochs: 6, trials: 1 },
  ])
})

test('what is monitored is a metric of validation, or that of early stopping', async () => {
  const fit = { epochs: 2, validation_split: 0.5 }
  const grid = ['seed=1,2']
  expect((await planned({ grid }, { fit })).monitor).toEqual({ key: 'val_acc', better: 'max' })
  expect((await planned({ grid }, { fit, metrics: [] })).monitor).toEqual({ key: 'val_loss', better: 'min' })
  const early = await planned({ grid }, { fit, early_stopping: { monitor: 'val_loss' } })
  expect(early.monitor).toEqual({ key: 'val_loss', better: 'min' })
})

describe('problems', () => {
  test('of all trials are listed at once, each with where it is', async () => {
    expect(
      await problems({
        grid: ['fit.batchsize=4,8'],
        random: ['optimizer.learning_rate=-1,0.1'],
        runs: 4,
      }),
    ).toEqual([
      '--grid fit.batchsize=4,8 /fit/batchsize: unknown key "batchsize"; did you mean "batch_size"?',
      expect.stringMatching(
        /^--random optimizer\.learning_rate=-1,0\.1 \/optimizer\/learning_rate: found -1, must be at least 0\n {4}in (trial|\d trials, such as) \d: fit\.batchsize=\d, optimizer\.learning_rate=-1$/,
      ),
      'The sweep has 2 problems.',
    ])
  })

  test('of a sweep in the spec have the place there', async () => {
    const [issue] = await problems({}, { sweep: { grid: { 'fit.batch_size': [4, 0] } } })
    expect(issue).toMatch(
      /^own\.json:1:\d+ \/fit\/batch_size: found 0, must be at least 1\n {4}in trial 2: fit\.batch_size=0$/,
    )
  })

  test.each([
    [{}, 'Nothing is given to try: name a field and its values'],
    [{ grid: ['seed'] }, '--grid seed: found "seed", must be a path and what it tries, such as fit.batch_size=32,128'],
    [{ grid: ['seed=1,2'], monitor: 'ac' }, '--monitor ac /sweep/monitor: found "ac", must be one of "loss", "acc"'],
    [{ grid: ['seed=1,2'], monitor: 'test_acc' }, '/sweep/monitor: found "test_acc", must be one of "loss", "acc"'],
    [
      { grid: ['seed=1,2'], halving: 3 },
      'there is nothing to halve: a factor of 3 needs at least 3 trials and 3 epochs',
    ],
    [
      { grid: ['model.layers.3.units=1'] },
      '--grid model.layers.3.units=1 /model/layers/3: found "3", must be an index',
    ],
  ])('%o', async (options, message) => {
    expect((await problems(options)).join('\n')).toContain(message)
  })
})
