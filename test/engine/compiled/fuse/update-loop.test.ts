/** The WebAssembly loop of an update gives the exact result, and changes nothing else. */
import { describe, expect, test } from 'vitest'
import { PURPOSE, RandomStream } from '../../../../src/base/philox.js'
import { LOOP_BYTES, loopKey, updateModule } from '../../../../src/engine/compiled/fuse/update-loop.js'
import {
  type Expression,
  FUSED_KERNELS,
  type FusedKernel,
  type Update,
} from '../../../../src/engine/compiled/passes/split-update.js'
import { expectSameBits } from '../../../support/close.js'
import { evaluateUpdate } from '../../../support/update.js'

const PER_LOOP = LOOP_BYTES / 4
const GUARD = -12345

/** `a` and `b` are arrays, `s` a scalar, 0.1 a number; what `results` name is stored. */
function updateOf(operations: readonly Expression[], results: readonly number[], owner = 'w'): Update {
  return {
    expressions: [
      { kind: 'array', index: 0 },
      { kind: 'array', index: 1 },
      { kind: 'scalar', index: 0 },
      { kind: 'number', value: 0.1 },
      ...operations,
    ],
    arrays: [
      { from: 'state', name: owner },
      { from: 'state', name: `${owner}/m` },
    ],
    scalars: [7],
    stores: results.map((expression, array) => ({ expression, array })),
  }
}
const [a, b, s, tenth] = [0, 1, 2, 3]
const op = (kernel: FusedKernel, ...operands: number[]): Expression => ({ kind: 'op', kernel, operands })
const isUnary = (kernel: FusedKernel) => ['Sqrt', 'Square', 'Neg', 'Abs', 'Sign'].includes(kernel)

type Loop = (...pointersBytesScalars: number[]) => void

const newMemory = () => new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })

/** The loops of updates over a memory, by their keys. */
function loopsOf(updates: readonly Update[], memory: WebAssembly.Memory): Map<string, Loop> {
  const { module, names } = updateModule(updates)
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return new Map([...names].map(([key, name]) => [key, exports[name] as Loop]))
}

/** Runs the loop over guarded arrays of this length, and the same in JavaScript. */
function expectSameUpdate(update: Update, length: number, scalars: readonly number[]): void {
  const memory = newMemory()
  const random = new RandomStream({ seed: length, purpose: PURPOSE.sample, stream: 0, step: 0 })
  const all = new Float32Array(memory.buffer).fill(GUARD)
  const expected = all.slice()
  const starts = update.arrays.map((_, index) => 16 + index * (length + 16))
  for (const start of starts) {
    for (let at = start; at < start + length; at++) all[at] = 3 * random.normal()
    expected.set(all.subarray(start, start + length), start)
  }
  const [loop] = loopsOf([update], memory).values()
  loop!(...starts.map((start) => 4 * start), 4 * length, ...scalars)
  evaluateUpdate(
    update,
    starts.map((start) => expected.subarray(start, start + length)),
    scalars,
  )
  expectSameBits(all, expected)
}

describe.each(FUSED_KERNELS)('%s', (kernel) => {
  const operands = isUnary(kernel)
    ? [[a], [s], [tenth]]
    : [
        [a, b],
        [b, a],
        [a, s],
        [tenth, b],
        [a, a],
      ]
  test.each(operands.map((given) => [given]))('of operands %s', (given) => {
    const numberOf = (index: number) => (index < 2 ? op('Abs', index) : op('Add', index, index))
    // roots of negative numbers are NaN, whose bits are free
    const operations = [
      ...given.map(numberOf),
      op(kernel, ...given.map((_, index) => 4 + index)),
      op('Add', a, 4 + given.length),
    ]
    expectSameUpdate(updateOf(operations, [5 + given.length, 4 + given.length]), 4 * PER_LOOP, [1.7])
  })
})

describe('a loop', () => {
  const momentum = updateOf([op('Multiply', b, tenth), op('Multiply', a, s), op('Sub', 4, 5), op('Add', a, 6)], [7, 6])

  test.each([1, 2, 3, 16, 257])('runs over %s times its vector and no further', (times) => {
    expectSameUpdate(momentum, times * PER_LOOP, [0.01])
  })

  test('may be long', () => {
    const steps = Array.from({ length: 300 }, (_, index) => op(index % 2 === 0 ? 'Multiply' : 'Sub', index + 3, a))
    expectSameUpdate(updateOf(steps, [303, 150]), 2 * PER_LOOP, [1])
  })

  test('swaps arrays correctly: all is read before anything is written', () => {
    expectSameUpdate(updateOf([op('Add', a, s), op('Add', b, s)], [5, 4]), 2 * PER_LOOP, [0.5])
  })

  test('is shared by updates that do the same, and only by those', () => {
    const memory = newMemory()
    const other = { ...momentum, arrays: updateOf([], [0], 'v').arrays, scalars: [9] }
    const stronger = {
      ...momentum,
      expressions: momentum.expressions.with(tenth, { kind: 'number', value: 0.2 }),
    }
    expect(loopKey(other)).toBe(loopKey(momentum))
    expect(loopKey(stronger)).not.toBe(loopKey(momentum))
    const loops = loopsOf([momentum, other, stronger], memory)
    expect([...loops.keys()]).toEqual([loopKey(momentum), loopKey(stronger)])
    const values = new Float32Array(memory.buffer, 64, 8)
    const weightAfter = (update: Update) => {
      values.fill(1)
      loops.get(loopKey(update))!(64, 80, 16, 0)
      return values[0]
    }
    expect(weightAfter(momentum)).toBe(Math.fround(1 + Math.fround(0.1)))
    expect(weightAfter(stronger)).toBe(Math.fround(1 + Math.fround(0.2)))
  })
})
