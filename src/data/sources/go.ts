/**
 * Positions of Go on a board of 9 x 9, made from a seed: games of random moves, each position with the move that a
 * simple player would choose. For trying policy networks (Maddison et al., ICLR 2015; Silver et al., Nature 2016);
 * nobody learns good Go from it.
 */
import { classField } from '../../base/field.js'
import { PURPOSE, RandomStream } from '../../base/philox.js'
import type { Loaded, Samples, SetForm } from './set.js'

const SIZE = 9
const POINTS = SIZE * SIZE
/** Stones of the player to move, stones of the opponent, empty points, the last move. */
const PLANES = 4

export const goPositionsForm: SetForm = {
  x: { shape: [SIZE, SIZE, PLANES], dtype: 'uint8', divisor: 1, values: 'binary' },
  y: classField(POINTS),
  train: 24000,
  test: 2000,
}

export async function loadGoPositions(): Promise<Loaded> {
  const { train, test } = goPositionsForm
  return { train: positions(train, 0), test: positions(test, 1) }
}

/** 0 for an empty point, else 1 or -1 for the owner of the stone. */
export type Board = Int8Array
export type Player = 1 | -1

const NEIGHBOURS: readonly (readonly number[])[] = Array.from({ length: POINTS }, (_, point) => {
  const [row, column] = [Math.floor(point / SIZE), point % SIZE]
  return [
    ...(row > 0 ? [point - SIZE] : []),
    ...(row < SIZE - 1 ? [point + SIZE] : []),
    ...(column > 0 ? [point - 1] : []),
    ...(column < SIZE - 1 ? [point + 1] : []),
  ]
})

/** The group of the stone at a point, and its liberties: the empty points beside the group. */
export function groupAt(board: Board, point: number): { stones: number[]; liberties: Set<number> } {
  const owner = board[point]
  const stones = [point]
  const seen = new Set(stones)
  const liberties = new Set<number>()
  for (const stone of stones) {
    for (const next of NEIGHBOURS[stone]!) {
      if (board[next] === 0) liberties.add(next)
      else if (board[next] === owner && !seen.has(next)) {
        seen.add(next)
        stones.push(next)
      }
    }
  }
  return { stones, liberties }
}

/** Returns the board after a move, without captured stones. Null for an illegal move: on a stone, or suicide. */
export function played(board: Board, point: number, player: Player): { board: Board; captured: number } | null {
  if (board[point] !== 0) return null
  const next = board.slice()
  next[point] = player
  let captured = 0
  for (const beside of NEIGHBOURS[point]!) {
    if (next[beside] !== -player) continue
    const { stones, liberties } = groupAt(next, beside)
    if (liberties.size > 0) continue
    for (const stone of stones) next[stone] = 0
    captured += stones.length
  }
  return groupAt(next, point).liberties.size === 0 ? null : { board: next, captured }
}

/** A point with only own stones around it. */
const isEye = (board: Board, point: number, player: Player) =>
  board[point] === 0 && NEIGHBOURS[point]!.every((beside) => board[beside] === player)

/**
 * Returns the move of the simple player. It captures, saves its stones, threatens, keeps liberties, and stays near the
 * last move and the middle. Of equal moves it takes the first; it returns -1 to pass.
 */
export function chosenMove(board: Board, player: Player, last: number): number {
  let [best, most] = [-1, Number.NEGATIVE_INFINITY]
  for (let point = 0; point < POINTS; point++) {
    if (isEye(board, point, player)) continue
    const after = played(board, point, player)
    if (!after) continue
    const { liberties, stones } = groupAt(after.board, point)
    const inDanger = NEIGHBOURS[point]!.some(
      (beside) => board[beside] === player && groupAt(board, beside).liberties.size === 1,
    )
    const threatened = NEIGHBOURS[point]!.filter(
      (beside) => after.board[beside] === -player && groupAt(after.board, beside).liberties.size === 1,
    ).length
    const score =
      20 * after.captured +
      (inDanger && liberties.size > 1 ? 12 * (stones.length - 1) : 0) +
      (liberties.size > 1 ? 4 * threatened : -10) +
      2 * Math.min(4, liberties.size) -
      (last < 0 ? 0 : distance(point, last)) -
      0.5 * distance(point, MIDDLE)
    if (score > most) [best, most] = [point, score]
  }
  return best
}

const MIDDLE = (POINTS - 1) / 2
const distance = (a: number, b: number): number =>
  Math.abs(Math.floor(a / SIZE) - Math.floor(b / SIZE)) + Math.abs((a % SIZE) - (b % SIZE))

/** Moves in a game, and moves between two positions that are kept. */
const LONGEST_GAME = 70
const MOVES_APART = 5

function positions(count: number, stream: number): Samples {
  const random = new RandomStream({ seed: 9, purpose: PURPOSE.sample, stream, step: 0 })
  const x = new Uint8Array(count * POINTS * PLANES)
  const y = new Int32Array(count)
  let row = 0
  while (row < count) {
    let board: Board = new Int8Array(POINTS)
    let player: Player = 1
    let last = -1
    for (let move = 1; move <= LONGEST_GAME && row < count; move++) {
      const point = randomMove(board, player, random)
      if (point < 0) break
      board = played(board, point, player)!.board
      last = point
      player = player === 1 ? -1 : 1
      if (move % MOVES_APART !== 0) continue
      const answer = chosenMove(board, player, last)
      if (answer < 0) break
      writePlanes(board, player, last, x, row * POINTS * PLANES)
      y[row++] = answer
    }
  }
  return { count, x, y }
}

/** Returns a random legal move that fills no eye, or -1 if there is none. */
function randomMove(board: Board, player: Player, random: RandomStream): number {
  const start = random.below(POINTS)
  // a stride that shares no divisor with the number of points visits each of them
  const stride = STRIDES[random.below(STRIDES.length)]!
  for (let tried = 0; tried < POINTS; tried++) {
    const point = (start + tried * stride) % POINTS
    if (board[point] === 0 && !isEye(board, point, player) && played(board, point, player)) return point
  }
  return -1
}

const STRIDES = Array.from({ length: POINTS - 1 }, (_, index) => index + 1).filter((step) => step % 3 !== 0)

function writePlanes(board: Board, player: Player, last: number, x: Uint8Array, at: number): void {
  for (let point = 0; point < POINTS; point++) {
    const place = at + point * PLANES
    x[place] = board[point] === player ? 1 : 0
    x[place + 1] = board[point] === -player ? 1 : 0
    x[place + 2] = board[point] === 0 ? 1 : 0
    x[place + 3] = point === last ? 1 : 0
  }
}
