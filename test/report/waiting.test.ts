/** A line says that training waits for its data, if it does and something helps. */
import { expect, test } from 'vitest'
import { waitingLine } from '../../src/report/waiting.js'

const waiting = { epoch: 10, batches: 3, meanwhile: false, inFile: true, drawn: false, workers: null }

test('the line has the time and the remedy', () => {
  expect(waitingLine(waiting)).toBe(
    'Training waits for its data: 3.0 of 10.0 s in the first epoch. "cache": "memory" in "data" keeps the rows in memory; if they do not fit, a smaller "shuffle": { "window": ... } in "fit" reads the file in order.',
  )
  expect(waitingLine({ ...waiting, inFile: false, drawn: true })).toBe(
    'Training waits for its data: 3.0 of 10.0 s in the first epoch. "binarize": "sample" draws values once, not anew in each epoch.',
  )
})

test('for augmentation, the line names more threads if there can be more', () => {
  expect(waitingLine({ ...waiting, inFile: false, workers: { count: 0, most: 3 } })).toBe(
    'Training waits for the augmentation of its data: 3.0 of 10.0 s in the first epoch. --workers 3 augments in 3 threads, ahead of the steps.',
  )
  expect(waitingLine({ ...waiting, workers: { count: 3, most: 3 } })).toBe(
    'Training waits for the augmentation of its data: 3.0 of 10.0 s in the first epoch. Fewer layers in "augment", smaller pictures or more processors make it faster.',
  )
})

test('there is none for little time, a small share, an engine that computes meanwhile, or without a remedy', () => {
  expect(waitingLine({ ...waiting, batches: 0.9, epoch: 1 })).toBeNull()
  expect(waitingLine({ ...waiting, batches: 1.9 })).toBeNull()
  expect(waitingLine({ ...waiting, meanwhile: true })).toBeNull()
  expect(waitingLine({ ...waiting, meanwhile: true, batches: 9 })).not.toBeNull()
  expect(waitingLine({ ...waiting, inFile: false })).toBeNull()
})
