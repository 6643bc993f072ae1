/** Keras' table of a model; `test/cli/summary.command.test.ts` compares it to the character. */
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { SummaryReport } from '../../src/export/summary-report.js'
import { modelTable } from '../../src/report/model-table.js'

const report = (name: string, type: string): SummaryReport => ({
  version: 1,
  name: 'test',
  trainspec: '0',
  stack: false,
  inputs: [{ name: 'data', shape: [2] }],
  layers: [{ name, type, parameters: 1234, calls: [{ name, inputs: ['data'], output_shape: [2, 3] }] }],
  outputs: [name],
  parameters: { total: 1234, trainable: 1234, non_trainable: 0 },
  batch_size: 1,
  flops: { step: 0, step_per_sample: 0, inference_per_sample: 0 },
  memory: { weights: 0, optimizer: 0, gradients: 0, inputs: 0, activations: 0, total: 0 },
  start: null,
  explain: null,
})

test('text too long for its column continues below', () => {
  const lines = modelTable(report('stage/2/of_more_than_thirty_letters/conv', 'Conv2DTranspose'), false)
  expect(lines.slice(6, 9)).toEqual([
    '│ stage/2/of_more_than_thirty_l │ (None, 2, 3)              │           1,234 │ data[0][0]                 │',
    '│ etters/conv (Conv2DTranspose) │                           │                 │                            │',
    '└───────────────────────────────┴───────────────────────────┴─────────────────┴────────────────────────────┘',
  ])
})

test('colours change no letter', () => {
  const plain = modelTable(report('dense', 'Dense'), false)
  const painted = modelTable(report('dense', 'Dense'), true)
  expect(painted.map(stripVTControlCharacters)).toEqual(plain)
  expect(painted[6]).toContain('dense (\x1b[38;5;33mDense\x1b[39m)')
  expect(painted[6]).toContain('(\x1b[38;5;45mNone\x1b[39m, \x1b[38;5;34m2\x1b[39m, \x1b[38;5;34m3\x1b[39m)')
})
