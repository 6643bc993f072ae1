/** Boundaries of bins are those of Keras, of rows that it gets at once or some at a time. */
import { expect, test } from 'vitest'
import { quantiles } from '../../../src/data/steps/quantiles.js'
import { expectClose } from '../../support/close.js'
import { kerasFixture } from '../../support/keras.js'
import { AS_KERAS } from '../../support/steps.js'

const { spread, blocks } = kerasFixture('steps')

test.each(blocks)('$num_bins bins of blocks of $block rows', ({ num_bins, epsilon, block, boundaries }) => {
  const learning = quantiles(epsilon, block)
  learning.add(spread)
  expectClose(learning.boundaries(num_bins), boundaries, 'boundaries', AS_KERAS)
})

test('pieces of any size give the same', () => {
  const [whole, cut] = [quantiles(0.01, 100), quantiles(0.01, 100)]
  whole.add(spread)
  for (let from = 0, rows = 1; from < spread.length; from += rows++) cut.add(spread.slice(from, from + rows))
  expect(cut.boundaries(10)).toEqual(whole.boundaries(10))
})

test('any number of bins has one boundary less, also where 1 / (1 / bins) is above bins', () => {
  for (let bins = 1; bins <= 100; bins++) {
    const learning = quantiles(0.01)
    learning.add(spread)
    expect(learning.boundaries(bins)).toHaveLength(bins - 1)
  }
})

test('without rows there are no boundaries', () => expect(quantiles(0.01).boundaries(4)).toEqual([]))
