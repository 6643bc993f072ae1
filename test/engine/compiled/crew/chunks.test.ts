/** Two threads share chunks. The test runs both step by step in one thread, so that one can be late. */
import { expect, test } from 'vitest'
import { Chunks, newShared, type Task } from '../../../../src/engine/compiled/crew/chunks.js'

const task = (kernel: number, count: number): Task => ({
  kernel,
  arguments: [0, count],
  steps: [10, 0],
  countAt: 1,
  count,
  chunk: 10,
})

test('a late thread does no work of the next turn, whose kernels it may not have', () => {
  const shared = newShared()
  const [main, helper] = [new Chunks(shared), new Chunks(shared)]
  const done: string[] = []
  const kernel = (name: string) => (first: number, count: number) => void done.push(`${name} ${first} ${count}`)
  main.offer([task(0, 25)])
  const turn = helper.awaitWork()
  main.work([kernel('main')])
  expect(done).toEqual(['main 20 5', 'main 10 10', 'main 0 10'])
  main.offer([task(1, 10)])
  helper.work([kernel('helper')], turn)
  expect(main.awaitDone(0)).toBe(false)
  main.work([kernel('main'), kernel('new')])
  expect(done.slice(3)).toEqual(['new 0 10'])
  expect(main.awaitDone(0)).toBe(true)
})

test('turns continue after their number has wrapped around', () => {
  const shared = newShared()
  const [main, helper] = [new Chunks(shared), new Chunks(shared)]
  let done = 0
  for (let turn = 0; turn < 70_000; turn++) {
    main.offer([task(0, 10)])
    helper.work([() => done++], helper.awaitWork())
    expect(main.awaitDone(0)).toBe(true)
  }
  expect(done).toBe(70_000)
})

test('an error of a kernel in the other thread is told when the turn is done', () => {
  const shared = newShared()
  const [main, helper] = [new Chunks(shared), new Chunks(shared)]
  main.offer([task(0, 20)])
  const fails = () => {
    throw new Error('out of memory')
  }
  expect(() => helper.work([fails], helper.awaitWork())).toThrow('out of memory')
  expect(main.awaitDone(0)).toBe(false)
  main.work([() => {}])
  expect(() => main.awaitDone(0)).toThrow('internal: a kernel failed in the helper thread')
})
