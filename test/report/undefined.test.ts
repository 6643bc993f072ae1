/** An undefined metric is reported once, with its requirement. */
import { expect, test } from 'vitest'
import { meanOver } from '../../src/program/measured.js'
import { type UndefinedParts, undefinedLines } from '../../src/report/undefined.js'
import { epochsOf } from '../export/sample-run.js'

const NONE = Number.NaN
const metrics = [meanOver('loss'), { ...meanOver('auc'), needs: 'targets of both kinds' }, meanOver('m')]
const lines = (parts: Partial<UndefinedParts>) =>
  undefinedLines({ metrics, epochs: epochsOf({ loss: 1, auc: 1 }), test: null, watchers: [], ...parts })

test('nothing is printed if all values are numbers', () => {
  expect(lines({ test: { loss: 1, auc: 0 }, watchers: [{ type: 'EarlyStopping', monitor: 'auc' }] })).toEqual([])
  expect(lines({ epochs: [], watchers: [{ type: 'EarlyStopping', monitor: 'auc' }] })).toEqual([])
})

test('one line per metric, with every place', () => {
  const epochs = epochsOf({ auc: NONE, val_auc: 1, m: 1, val_m: 2 }, { auc: NONE, val_auc: NONE, m: 1, val_m: NONE })
  expect(lines({ epochs, test: { auc: NONE } })).toEqual([
    'auc was nan in 2 of 2 epochs of training, in 1 of 2 epochs of validation and in the test: it needs targets of both kinds.',
    'm was nan in 1 of 2 epochs of validation.',
  ])
})

test('one line per callback that saw only NaN', () => {
  const watchers = ['EarlyStopping', 'ReduceLROnPlateau'].map((type) => ({ type, monitor: 'val_m' }))
  const idle = (type: string) => `${type} had no effect, because val_m, which it watches, was nan in every epoch.`
  expect(lines({ epochs: epochsOf({ val_m: NONE }, { val_m: NONE }), watchers }).slice(1)).toEqual([
    idle('EarlyStopping'),
    idle('ReduceLROnPlateau'),
  ])
  expect(lines({ epochs: epochsOf({ val_m: NONE }, { val_m: 1 }), watchers }).slice(1)).toEqual([])
})
