import { expect, test } from 'vitest'
import { nearest } from '../../src/base/nearest.js'

test('the nearest name allows a third of the letters to be wrong', () => {
  expect(nearest('Droput', ['Dense', 'Dropout'])).toBe('Dropout')
  expect(nearest('batchSize', ['epochs', 'batch_size'])).toBe('batch_size')
  expect(nearest('relu', ['softmax', 'tanh'])).toBeUndefined()
})

test('a word so long that comparing it would take time has no nearest name', () => {
  expect(nearest('x'.repeat(100_000), ['x'.repeat(100_001)])).toBeUndefined()
})

test('two letters in the wrong order are one slip', () => {
  expect(nearest('mnits', ['mnist'])).toBe('mnist')
  expect(nearest('fti', ['fit', 'seed'])).toBe('fit')
  expect(nearest('tif', ['fit', 'seed'])).toBeUndefined()
  expect(nearest('ab', ['ab'])).toBeUndefined()
})
