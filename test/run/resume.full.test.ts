/** A run that is broken off at any event, and resumed, leaves the same files as one without a break. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compareFiles } from '../../src/run/verify/compare-files.js'
import { trainable, trainIn } from '../support/broken-run.js'
import { temporaryFolder } from '../support/command.js'

const DATA = { dataset: 'bars-and-stripes', size: 2, flatten: true }
const DENSE = { type: 'Dense', units: 2, activation: 'softmax' }
const NETWORK = {
  data: DATA,
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 3 }, { type: 'Dropout', rate: 0.4 }, DENSE] },
  loss: 'sparse_categorical_crossentropy',
  optimizer: 'Adam',
  fit: { batch_size: 2, epochs: 2 },
}
const RBM = {
  hidden_units: 2,
  training: { algorithm: 'cd', momentum_by_epoch: [[1, 0.5]] },
  optimizer: { type: 'SGD', learning_rate: 0.1 },
  batch_size: 3,
  epochs: 1,
}
const dbn = (fine_tune: string | null) => ({
  data: { ...DATA, binarize: 'probability' },
  model: { type: 'DBN', rbms: [RBM, RBM], fine_tune },
})

const SPECS = {
  'a network with batch normalization, moving averages and gradient accumulation': {
    ...NETWORK,
    model: { type: 'Sequential', layers: [{ type: 'Dense', units: 3 }, 'BatchNormalization', DENSE] },
    optimizer: { type: 'AdamW', use_ema: true, gradient_accumulation_steps: 2 },
  },
  'a network with Dropout and callbacks': {
    ...NETWORK,
    callbacks: [
      { type: 'ReduceLROnPlateau', monitor: 'loss', patience: 1, min_delta: 10 },
      { type: 'ModelCheckpoint', filepath: 'often', save_freq: 2 },
      { type: 'ModelCheckpoint', filepath: 'best/{epoch}', monitor: 'loss', save_best_only: true },
      { type: 'CSVLogger', filename: 'log.csv' },
      { type: 'TensorBoard', update_freq: 2 },
    ],
    fit: { batch_size: 3, epochs: 3 },
    early_stopping: { monitor: 'loss', patience: 1, min_delta: 10, restore_best_weights: true },
  },
  'an LSTM': {
    ...NETWORK,
    data: { dataset: 'bars-and-stripes', size: 2 },
    model: { type: 'Sequential', layers: [{ type: 'LSTM', units: 2, recurrent_dropout: 0.2 }, DENSE] },
  },
  'an RBM with PCD': {
    data: { ...DATA, binarize: 'sample_each_epoch' },
    model: { type: 'RBM', hidden_units: 2 },
    training: { algorithm: 'pcd', chains: 3 },
    optimizer: { type: 'SGD', learning_rate: 0.1, momentum: 0.5 },
    fit: { batch_size: 3, epochs: 2 },
  },
  'a DBN with fine-tuning': {
    ...dbn('classifier'),
    loss: 'categorical_crossentropy',
    optimizer: 'Adam',
    fit: { batch_size: 3, epochs: 1 },
  },
  'a DBN without fine-tuning': dbn(null),
  'two folds': { ...NETWORK, fit: { batch_size: 3, epochs: 1, k_fold: 2 } },
}

test.each(Object.entries(SPECS))('%s goes on after a break at any event', async (_, spec) => {
  const work = await trainable({ ...spec, checkpoint: { every: 1 } })
  const straight = temporaryFolder()
  const events = await trainIn(straight, work)
  for (let after = 1; after <= events.length; after++) {
    const by = after % 2 === 0 ? 'signal' : 'kill'
    const broken = temporaryFolder()
    await trainIn(broken, work, { at: { after, by } })
    await trainIn(broken, work)
    const different = (await compareFiles(straight, broken)).filter(({ equal }) => !equal)
    expect({ by, after: events[after - 1]!.type, number: after, different }).toMatchObject({ different: [] })
  }
})

test('a run is complete only when it is drawn', async () => {
  const work = await trainable({ ...SPECS['an RBM with PCD'], checkpoint: { every: 1 } })
  const folder = temporaryFolder()
  const seen: string[][] = []
  const draw = (isWhole: boolean) => async () => {
    seen.push(['model/weights.bin', 'history.json'].filter((file) => existsSync(join(folder, file))))
    return isWhole
  }
  await trainIn(folder, work, { draw: draw(false) })
  const { stop, test: tested } = JSON.parse(readFileSync(join(folder, 'history.json'), 'utf8'))
  expect({ stop, tested }).toMatchObject({ stop: { reason: 'interrupted' }, tested: { loss: expect.any(Number) } })
  const events = await trainIn(folder, work, { draw: draw(true) })
  expect(events.map(({ type }) => type)).toEqual(['stageBegin', 'start', 'end', 'stageEnd'])
  expect(await trainIn(folder, work, { draw: draw(true) })).toEqual([])
  expect(seen).toEqual([['model/weights.bin'], ['model/weights.bin']])
})
