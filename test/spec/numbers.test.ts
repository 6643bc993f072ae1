/** Numbers out of bounds, together with rules across fields. */
import { expect, test } from 'vitest'
import { readText } from '../support/read-spec.js'

const DATA = { dataset: 'bars-and-stripes', size: 3 }

const wide = (fields: object) => ({ type: 'Conv1DTranspose', filters: 2, kernel_size: 2, ...fields })

test.each([
  ['dilation_rate', wide({ dilation_rate: 0 }), ['/model/layers/0/dilation_rate: found 0, must be at least 1']],
  [
    'output_padding',
    wide({ output_padding: 5000 }),
    [
      '/model/layers/0/output_padding: found 5000, must be at least 0 and at most 4096',
      '/model/layers/0/output_padding: found 5000, must be below the stride, 1',
    ],
  ],
  [
    'strides and groups',
    { type: 'Conv2D', filters: 3, kernel_size: 2, groups: 2, strides: 4097 },
    [
      '/model/layers/0/filters: found 3, must be a multiple of the number of groups, 2',
      '/model/layers/0/strides: found 4097, must be at least 1 and at most 4096',
    ],
  ],
])('rules across fields hold where %s is out of bounds', (_, layer, told) => {
  expect(toldOf({ data: DATA, loss: 'mse', model: { type: 'Sequential', layers: [layer] } })).toEqual(told)
})

test('metrics whose numbers are out of bounds keep their names', () => {
  const metrics = [
    { type: 'auc', num_thresholds: 1 },
    { type: 'precision', class_id: -1 },
    { type: 'auc', num_thresholds: 1 },
  ]
  expect(toldOf({ data: DATA, loss: 'mse', metrics, model: { type: 'Sequential', layers: ['Flatten'] } })).toEqual([
    '/metrics/0/num_thresholds: found 1, must be at least 2',
    '/metrics/1/class_id: found -1, must be at least 0',
    '/metrics/2: found "auc" again',
    '/metrics/2/num_thresholds: found 1, must be at least 2',
  ])
})

test('tempering has a lower limit of Gibbs steps', () => {
  const model = { type: 'RBM', hidden_units: 2 }
  const training = { algorithm: 'parallel_tempering', k: 257 }
  expect(toldOf({ data: { ...DATA, flatten: true }, model, training })).toEqual([
    '/training/k: found 257, must be at least 1 and at most 256',
  ])
})

const toldOf = (given: object) =>
  readText(JSON.stringify(given)).issues.map(({ pointer, message }) => `${pointer}: ${message}`)
