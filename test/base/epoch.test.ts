/** Lengths of an epoch, which checks, the session and the summary share. */
import { expect, test } from 'vitest'
import { epochLengths } from '../../src/base/epoch.js'

test.each([
  ['whole batches', 32, { samples: 32, batchSize: 8, stepsPerEpoch: 4 }],
  ['a shorter last batch', 33, { samples: 33, batchSize: 8, stepsPerEpoch: 5 }],
  ['fewer samples than a batch', 5, { samples: 5, batchSize: 5, stepsPerEpoch: 1 }],
])('%s', (_, samples, lengths) => {
  expect(epochLengths(samples, 8)).toEqual(lengths)
})
