/** Patterns of a user match names like regular expressions, and always end. */
import { expect, test } from 'vitest'
import { namePatterns } from '../../src/program/optimizers/name-patterns.js'

test.each([
  [['dense_1'], 'dense_1/kernel', true],
  [['dense_1'], 'dense_2/kernel', false],
  [['^out', 'head'], 'block/head/kernel', true],
  [['.*/kernel$'], 'dense/kernel', true],
  [[''], 'dense/kernel', true],
  [[], 'dense/kernel', false],
])('%j in %s: %s', (patterns, name, found) => {
  expect(namePatterns('exclude_layers', patterns)(name)).toBe(found)
})

test.each(['(a+)+$', '(a|aa)+$', '(.*)*x$'])('%s, which backtracks without end, gives a message', (pattern) => {
  const name = `${'a'.repeat(90)}/kernel`
  expect(() => namePatterns('exclude_layers', [pattern])(name)).toThrow(
    `The patterns of exclude_layers take too long to compare with the weight "${name}"`,
  )
})
