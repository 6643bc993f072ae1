/** Positions of Go follow the rules of capture. */
import { expect, test } from 'vitest'
import { type Board, chosenMove, groupAt, played } from '../../../src/data/sources/go.js'

/** Rows of `X` for player 1, `O` for the other; what is not written is empty. */
function boardOf(...rows: string[]): Board {
  const board: Board = new Int8Array(81)
  for (const [row, text] of rows.entries()) {
    for (const [column, stone] of [...text].entries())
      board[row * 9 + column] = stone === 'X' ? 1 : stone === 'O' ? -1 : 0
  }
  return board
}

test('connected stones share their liberties', () => {
  const board = boardOf('XX.', 'XO.')
  const { stones, liberties } = groupAt(board, 0)
  expect(stones.toSorted((a, b) => a - b)).toEqual([0, 1, 9])
  expect([...liberties].toSorted((a, b) => a - b)).toEqual([2, 18])
})

test('a group without liberties is removed, and no player may capture his own stones', () => {
  const after = played(boardOf('OX.', '.X.'), 9, 1)!
  expect(after.captured).toBe(1)
  expect([...after.board.slice(0, 2)]).toEqual([0, 1])
  expect(played(boardOf('.X.', 'X..'), 0, -1)).toBeNull()
  expect(played(boardOf('X'), 0, -1)).toBeNull()
})

test('a move that captures is no suicide', () => {
  const board = boardOf('.OX', 'OX.', 'X..')
  expect(played(board, 0, 1)!.captured).toBe(2)
})

test('the simple player captures, and saves his own', () => {
  expect(chosenMove(boardOf('OX.', '.X.'), 1, -1)).toBe(9)
  expect(chosenMove(boardOf('.....', '..O..', '.OX..', '..O..'), 1, 21)).toBe(21)
})
