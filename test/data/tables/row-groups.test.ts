/** Values that come one by one are grouped, and none waits for the next. */
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { inGroups } from '../../../src/data/tables/row-groups.js'

async function groupsOf<Value>(values: Iterable<Value> | AsyncIterable<Value>, most: number): Promise<Value[][]> {
  const groups: Value[][] = []
  for await (const group of inGroups(values, most)) groups.push(group)
  return groups
}

async function* coming(...values: readonly (number | 'late')[]) {
  for (const value of values) {
    if (value === 'late') await pause(5)
    else yield value
  }
}

describe('values', () => {
  test.each<[string, Iterable<number> | AsyncIterable<number>, number[][]]>([
    ['of a list', [1, 2, 3], [[1, 2], [3]]],
    [
      'of a whole number of groups',
      [1, 2, 3, 4],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['none', [], []],
    ['none that come', coming(), []],
    ['that come at once', coming(1, 2, 3), [[1, 2], [3]]],
    ['that come late', coming('late', 1, 'late', 2, 'late', 'late', 3, 4, 'late'), [[1], [2], [3, 4]]],
  ])('%s', async (_, values, groups) => {
    expect(await groupsOf(values, 2)).toEqual(groups)
  })

  test('an error comes after the values before it', async () => {
    async function* failing() {
      yield 1
      yield 2
      throw new Error('no more')
    }
    const found: number[][] = []
    const reading = async () => {
      for await (const group of inGroups(failing(), 2)) found.push(group)
    }
    await expect(reading()).rejects.toThrow('no more')
    expect(found).toEqual([[1, 2]])
  })
})

describe('a reader that leaves', () => {
  test.each([1, 2])('ends the values after a group of %i', async (most) => {
    let isEnded = false
    async function* endless() {
      try {
        for (let value = 0; ; value++) yield value
      } finally {
        isEnded = true
      }
    }
    for await (const _ of inGroups(endless(), most)) break
    expect(isEnded).toBe(true)
  })

  test('does not wait for a value that never comes', async () => {
    async function* stuck() {
      yield 1
      await new Promise(() => {})
    }
    for await (const group of inGroups(stuck(), 5)) {
      expect(group).toEqual([1])
      break
    }
  })
})
