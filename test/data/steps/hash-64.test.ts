/** Hashes are those of TensorFlow, for texts of every length that a hash treats in a way of its own. */
import { expect, test } from 'vitest'
import { farmHash64, sipHash64 } from '../../../src/data/steps/hash-64.js'
import { kerasFixture } from '../../support/keras.js'

const { places, key, cases } = kerasFixture('steps').hashes

test.each(cases)('of $text', ({ text, farm, sip }) => {
  const bytes = new TextEncoder().encode(text)
  expect(String(farmHash64(bytes) % BigInt(places))).toBe(farm)
  expect(String(sipHash64(bytes, [BigInt(key[0]), BigInt(key[1])]) % BigInt(places))).toBe(sip)
})
