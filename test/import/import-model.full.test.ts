/** Models that Keras and TensorFlow.js saved compute the same after they are imported. */
import { expect, test } from 'vitest'
import { differenceFrom, importFixture } from '../support/imported.js'

const MODELS: readonly (readonly [file: string, fixture: string])[] = [
  ['convolutions.keras', 'convolutions'],
  ['branches.keras', 'branches'],
  ['branches.h5', 'branches'],
  ['sequences.keras', 'sequences'],
  ['sequences.h5', 'sequences'],
  ['attention.keras', 'attention'],
  ['both_ways.keras', 'both_ways'],
  ['both_ways.h5', 'both_ways'],
  ['stack2.h5', 'stack2'],
  ['nested2.h5', 'nested2'],
  ['sequences2.h5', 'sequences2'],
  ['zip2.keras', 'zip2'],
  ['tfjs/model.json', 'tfjs'],
  ['tfjs/shards.json', 'tfjs'],
]

test.each(MODELS)('%s computes the same as in the program that saved it', async (file, fixture) => {
  expect(differenceFrom(fixture, await importFixture(file))).toBeLessThan(1e-5)
})
