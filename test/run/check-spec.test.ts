/** Checks of an RBM speak of the batches that training makes. */
import { expect, test } from 'vitest'
import { readText } from '../support/read-spec.js'

/** 6,272,000 hidden inputs if all 8,000 samples were one batch; at most 5,000,000 are allowed. */
const exact = (validation_split: number) => ({
  data: { dataset: 'mnist-10k', flatten: true, binarize: 'threshold' },
  model: { type: 'RBM', hidden_units: 1 },
  training: { algorithm: 'cd' },
  metrics: [{ type: 'pseudo_likelihood', exact: true }],
  fit: { batch_size: 8000, validation_split },
})

const messagesOf = (spec: object) => readText(JSON.stringify(spec)).issues.map(({ message }) => message)

test('samples of validation are in no batch of training', () => {
  expect(messagesOf(exact(0))).toEqual([expect.stringContaining('computes 6,272,000 inputs of hidden units')])
  expect(messagesOf(exact(0.1))).toEqual([expect.stringContaining('computes 5,644,800 inputs of hidden units')])
  expect(messagesOf(exact(0.5))).toEqual([])
})
