/** Lengths of an epoch, which checks, the session and the summary share. */
import { expect, test } from 'vitest'
import { epochLengths } from '../../src/data/epoch.js'

test.each([
  ['whole batches', 32, { batch_size: 8, validation_split: 0 }, { samples: 32, batchSize: 8, stepsPerEpoch: 4 }],
  ['a shorter last batch', 33, { batch_size: 8, validation_split: 0 }, { samples: 33, batchSize: 8, stepsPerEpoch: 5 }],
  [
    'fewer samples than a batch',
    5,
    { batch_size: 8, validation_split: 0 },
    { samples: 5, batchSize: 5, stepsPerEpoch: 1 },
  ],
  [
    'fewer samples than a batch once validation has its own',
    32,
    { batch_size: 32, validation_split: 0.5 },
    { samples: 16, batchSize: 16, stepsPerEpoch: 1 },
  ],
])('%s', (_, count, fit, lengths) => {
  expect(epochLengths(count, fit)).toEqual(lengths)
})
