/** Arrays share memory if they are not needed at the same time, and only then. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PackedArray, packed } from '../../../../../src/engine/compiled/onnx/sections/packed.js'

const array = (name: string, bytes: number, from: number, to: number): PackedArray => ({ name, bytes, from, to })

test('an array takes the place of one that is no longer needed', () => {
  const { places, bytes } = packed([array('a', 100, 0, 1), array('b', 64, 1, 2), array('c', 128, 2, 3)])
  expect(Object.fromEntries(places)).toEqual({ c: 0, a: 0, b: 128 })
  expect(bytes).toBe(192)
  expect(packed([])).toEqual({ places: new Map(), bytes: 0 })
})

test('arrays that are needed at the same time lie apart, whatever their sizes', () => {
  const arrays = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.nat(6), fc.nat(4)), { maxLength: 12 })
  fc.assert(
    fc.property(arrays, (sizes) => {
      const given = sizes.map(([bytes, from, length], index) => array(`a${index}`, bytes, from, from + length))
      const { places, bytes: whole } = packed(given)
      for (const [index, one] of given.entries()) {
        const begin = places.get(one.name)!
        expect(begin % 64).toBe(0)
        expect(begin + one.bytes).toBeLessThanOrEqual(whole)
        for (const other of given.slice(index + 1)) {
          if (other.from > one.to || one.from > other.to) continue
          const its = places.get(other.name)!
          expect(begin + one.bytes <= its || its + other.bytes <= begin, `${one.name} ${other.name}`).toBe(true)
        }
      }
    }),
  )
})
