/** Positions of Go are the same every time, and their labels are moves that may be played. */
import { expect, test } from 'vitest'
import { goPositionsForm, loadGoPositions, played } from '../../../src/data/sources/go.js'

test('positions are the same every time, and each label is an empty point that may be played', async () => {
  const { train, test: tested } = await loadGoPositions()
  const again = await loadGoPositions()
  expect(again.train.y).toEqual(train.y)
  expect([train.count, tested.count]).toEqual([goPositionsForm.train, goPositionsForm.test])
  const moves = new Set<number>()
  for (let row = 0; row < tested.count; row++) {
    const planes = tested.x.subarray(row * 324, (row + 1) * 324)
    const board = Int8Array.from({ length: 81 }, (_, point) => planes[4 * point]! - planes[4 * point + 1]!)
    const move = tested.y[row]!
    moves.add(move)
    expect(planes[4 * move + 2], `point ${move} of position ${row} is empty`).toBe(1)
    expect(played(board, move, 1)).not.toBeNull()
    expect([...planes].filter((last, index) => last === 1 && index % 4 === 3)).toHaveLength(1)
  }
  expect(moves.size).toBeGreaterThan(70)
})
