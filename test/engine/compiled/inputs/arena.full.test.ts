/** Arrays in one memory do not overlap, are aligned for SIMD, and fit. */
import { expect, test } from 'vitest'
import { UserError } from '../../../../src/base/issue.js'
import { ArenaPlan } from '../../../../src/engine/compiled/inputs/arena.js'

test('arrays lie one after another, aligned, and never at 0', () => {
  const plan = new ArenaPlan()
  const sizes = [4, 64, 65, 0, 100_000]
  const places = sizes.map((size, index) => plan.reserve(`array ${index}`, size))
  for (const [index, place] of places.entries()) {
    expect(place % 64).toBe(0)
    expect(place).toBeGreaterThan(0)
    if (index > 0) expect(place).toBeGreaterThanOrEqual(places[index - 1]! + sizes[index - 1]!)
  }
  expect(plan.allocate().buffer.byteLength).toBeGreaterThanOrEqual(places.at(-1)! + sizes.at(-1)!)
})

test('a name has one place', () => {
  const plan = new ArenaPlan()
  const place = plan.reserve('w', 8)
  expect(plan.reserve('v', 8)).not.toBe(place)
  expect(plan.reserve('w', 8)).toBe(place)
  expect(plan.find('w')).toBe(place)
  expect([plan.has('w'), plan.has('u')]).toEqual([true, false])
  expect(() => plan.find('u')).toThrow('internal: the arena has no place for u')
})

test('arrays too large for 32-bit addresses give a message', () => {
  const plan = new ArenaPlan()
  for (const name of ['a', 'b', 'c']) plan.reserve(name, 2 ** 31)
  expect(() => plan.allocate()).toThrow(
    new UserError(
      'This model with this fit.batch_size needs 6.44 GB of memory in one piece; at most 4.29 GB is possible.',
    ),
  )
})
