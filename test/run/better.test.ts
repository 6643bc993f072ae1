/** The better direction of a measure follows from the metrics of a spec, or from the names in a history alone. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type BetterOf, betterInRun, betterInSpec } from '../../src/run/better.js'
import { parseSpec } from '../../src/spec/parse.js'
import { temporaryFolder } from '../support/command.js'

const text = (model: object, rest: object = {}) => JSON.stringify({ name: 'a', data: 'mnist', model, ...rest })
const specOf = (...given: Parameters<typeof text>) => parseSpec(text(...given), { source: 'a.json' }).spec!
const sequential = { type: 'Sequential', layers: ['Flatten'] }
const answers = (better: BetterOf, ...keys: string[]) => keys.map(better)

test('a network: the loss, metrics under names of their own, the test, the seconds', () => {
  const metrics = [{ type: 'accuracy', name: 'right' }, 'mse', 'AUC']
  const better = betterInSpec(specOf(sequential, { loss: 'mse', metrics }))
  const keys = ['loss', 'val_loss', 'test_right', 'val_right', 'mse', 'test_AUC', 'seconds']
  expect(answers(better, ...keys)).toEqual(['min', 'min', 'max', 'max', 'min', 'max', 'min'])
})

test('the loss of an RBM shows nothing, unless it is exact', () => {
  const rbm = { type: 'RBM', hidden_units: 4 }
  const metrics = ['reconstruction_error', 'pseudo_likelihood']
  const keys = ['loss', 'test_loss', 'val_reconstruction_error', 'pseudo_likelihood']
  expect(answers(betterInSpec(specOf(rbm, { metrics })), ...keys)).toEqual([null, null, 'min', 'max'])
  const dbn = { type: 'DBN', fine_tune: null, rbms: [{ hidden_units: 4, metrics }] }
  expect(answers(betterInSpec(specOf(dbn)), ...keys)).toEqual([null, null, 'min', 'max'])
})

test('a run is read with its spec; without one, by the names of metrics', async () => {
  const folder = temporaryFolder()
  writeFileSync(
    join(folder, 'spec.json'),
    text(sequential, { loss: 'mse', metrics: [{ type: 'accuracy', name: 'a' }] }),
  )
  expect(answers(await betterInRun(folder), 'val_a', 'test_loss')).toEqual(['max', 'min'])
  expect(answers(await betterInRun(null), 'val_a', 'test_loss', 'acc', 'val_mse', 'left_loss', 'seconds')).toEqual([
    ...[null, 'min', 'max', 'min', 'min', 'min'],
  ])
})
