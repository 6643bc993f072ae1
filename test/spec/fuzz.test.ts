/** Some specs with mistakes; many more are in fuzz.full.test.ts. */
import { test } from 'vitest'
import { readsMutated, readsWithSettings } from '../support/fuzz.js'

test('200 specs with mistakes', () => {
  readsMutated(200)
})

test('100 with --set', () => readsWithSettings(100))
