/** Memory that is used again. */
import { expect, test } from 'vitest'
import { Room } from '../../src/base/room.js'

test('arrays of any type have their length and share their memory', () => {
  const room = new Room()
  const bytes = room.array(Uint8Array, 8).fill(1)
  const numbers = room.array(Int32Array, 2)
  expect(numbers).toEqual(Int32Array.of(0x01010101, 0x01010101))
  numbers[0] = 0
  expect(bytes[0]).toBe(0)
})

test('a longer array gets memory of its own', () => {
  const room = new Room()
  const short = room.array(Float32Array, 2).fill(5)
  expect(room.array(Float32Array, 1000)).toHaveLength(1000)
  expect(short).toEqual(Float32Array.of(5, 5))
})
