/** Work of too many chunks for one turn is cut into turns, and all of it is done. */
import { expect, test } from 'vitest'
import { chunksOf, MOST_CHUNKS, MOST_TASKS, type Task, turnsOf } from '../../../../src/engine/compiled/crew/chunks.js'

const task = (count: number, at = 0): Task => ({
  kernel: 0,
  arguments: [at, count],
  steps: [10, 0],
  countAt: 1,
  count,
  chunk: 10,
})

/** The first element of each turn of a list, and its number of elements. */
const placesOf = (turns: readonly Task[][]) =>
  turns.map((turn) => turn.map(({ arguments: [at], count }) => [at, count]))

test('a task of many chunks', () => {
  const most = MOST_CHUNKS * 10
  expect(placesOf(turnsOf([task(2 * most + 15)]))).toEqual([[[0, most]], [[most, most]], [[2 * most, 15]]])
})

test('tasks that fill a turn together', () => {
  const turns = turnsOf([task(MOST_CHUNKS * 10 - 10), task(40, 7)])
  expect(placesOf(turns)).toEqual([
    [
      [0, MOST_CHUNKS * 10 - 10],
      [7, 10],
    ],
    [[17, 30]],
  ])
  for (const turn of turns) expect(turn.reduce((sum, one) => sum + chunksOf(one), 0)).toBeLessThanOrEqual(MOST_CHUNKS)
})

test('many tasks', () => {
  expect(turnsOf(Array(MOST_TASKS + 1).fill(task(5))).map(({ length }) => length)).toEqual([MOST_TASKS, 1])
})
