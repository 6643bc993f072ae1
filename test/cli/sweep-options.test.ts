import { expect, test } from 'vitest'
import { listOf } from '../../src/cli/sweep-options.js'

test.each([
  ['32,128', [32, 128]],
  ['adam,sgd', ['adam', 'sgd']],
  ['relu,null,0.5', ['relu', null, 0.5]],
  ['[1,2],[3]', [[1, 2], [3]]],
  ['[[1,2],[3]],x', [[[1, 2], [3]], 'x']],
  ['{"type":"SGD","momentum":0.9},adam', [{ type: 'SGD', momentum: 0.9 }, 'adam']],
  ['"a,b",c', ['a,b', 'c']],
  ['1', [1]],
])('%s is a list of values', (text, values) => {
  expect(listOf(text)).toEqual(values)
})
