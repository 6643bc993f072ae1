/** Two threads do all of the work, and each part once. */
import { expect, onTestFinished, test } from 'vitest'
import { koffi } from '../../../../src/base/koffi.js'
import { Crew } from '../../../../src/engine/compiled/crew/crew.js'
import { foreignKernel } from '../../../../src/engine/compiled/crew/foreign.js'
import { inputKernels } from '../../../../src/engine/compiled/inputs/kernels.js'
import { expectSameBits } from '../../../support/close.js'

const COUNT = 1_000_000

async function crewOver(elements: number) {
  const pages = Math.ceil((64 + 4 * elements) / 65536)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const crew = new Crew(memory)
  onTestFinished(() => crew.dispose())
  const kernels = await inputKernels(crew)
  return { crew, kernels, values: new Float32Array(memory.buffer, 64, elements) }
}

test('every element is computed once per turn, over thousands of turns', async () => {
  const { crew, kernels, values } = await crewOver(COUNT)
  values.fill(1)
  for (let turn = 0; turn < 100; turn++) crew.run([kernels.divide(64, COUNT, 2)])
  expect(values.every((value) => value === 2 ** -100)).toBe(true)
  const few = 40_000
  for (let turn = 0; turn < 5000; turn++) crew.run([kernels.divide(64, few, turn % 2 === 0 ? 2 : 0.5)])
  expect(values.every((value) => value === 2 ** -100)).toBe(true)
})

/** Divides ranges of these sizes, side by side with gaps, and looks at every element. */
async function expectEachOnce(sizes: readonly number[]): Promise<void> {
  const room = 4 * Math.ceil(Math.max(...sizes) / 4) + 16
  const { crew, kernels, values } = await crewOver(sizes.length * room)
  values.fill(1)
  crew.run(sizes.map((count, index) => kernels.divide(64 + 4 * index * room, count, 4)))
  const expected = new Float32Array(values.length).fill(1)
  // kernels take whole vectors
  for (const [index, count] of sizes.entries())
    expected.fill(1 / 4, index * room, index * room + 4 * Math.ceil(count / 4))
  expectSameBits(values, expected)
}

test('tasks of any size are one turn', () => expectEachOnce([0, 1, 31, 8192, 8193, 100_000, 1, 250_000, 0]))

test('more tasks than a turn holds are several turns', () => expectEachOnce(Array(200).fill(20_000)))

test('little or no work needs no second thread', async () => {
  await expectEachOnce([5])
  const { crew } = await crewOver(1)
  crew.run([])
})

test('nothing remains after it ends', async () => {
  const before = process.getActiveResourcesInfo().toSorted()
  const { crew, kernels, values } = await crewOver(COUNT)
  values.fill(1)
  crew.run([kernels.divide(64, COUNT, 2)])
  await crew.dispose()
  await crew.dispose()
  expect(process.getActiveResourcesInfo().toSorted()).toEqual(before)
})

test('the helper shares the calls of a C function, and each is made once', async () => {
  const { crew } = await crewOver(16)
  const address = koffi.load(process.platform === 'win32' ? 'ucrtbase.dll' : null).symbol('memchr', 'void *') as bigint
  const bytes = Uint8Array.from({ length: 64 }, (_, index) => index)
  const start = BigInt(koffi.address(bytes))
  const count = 50
  const results = new BigUint64Array(new SharedArrayBuffer(count * BigUint64Array.BYTES_PER_ELEMENT))
  // memchr(start, byte, 64) is the address of that byte
  const each = Array.from({ length: count }, (_, index) => [start, BigInt(index), BigInt(bytes.length)] as const)
  const calls = { address, sequences: each.map((call) => [call]), results }
  const own = foreignKernel(calls, [])
  const mine = new Set<number>()
  const pause = new Int32Array(new SharedArrayBuffer(4))
  const limit = performance.now() + 20_000
  const kernel = crew.addForeign(
    () => (index: number, length: number) => {
      own(index, length)
      mine.add(index)
      // leaves the rest until the helper has made a call
      while (results.every((result, at) => result === 0n || mine.has(at)) && performance.now() < limit)
        Atomics.wait(pause, 0, 0, 1)
    },
    calls,
  )
  crew.runLong({ kernel, arguments: [0, count], steps: [1, 0], countAt: 1, count, chunk: 1 })
  expect([...results]).toEqual(each.map(([, byte]) => BigInt(koffi.address(bytes)) + byte))
  expect(mine.size).toBeLessThan(count)
})

test('a sequence of calls has kernels between them, and ends at the first result', async () => {
  const { crew, kernels, values } = await crewOver(16)
  values.fill(8)
  const { kernel, arguments: halved } = kernels.divide(64, 16, 2)
  const address = koffi.load(process.platform === 'win32' ? 'ucrtbase.dll' : null).symbol('memchr', 'void *') as bigint
  const bytes = Uint8Array.of(1, 2)
  const start = BigInt(koffi.address(bytes))
  const [missing, found] = [3n, 2n].map((byte) => [start, byte, 2n] as const) as [
    readonly [bigint, bigint, bigint],
    readonly [bigint, bigint, bigint],
  ]
  const half = { kernel, arguments: halved }
  const results = new BigUint64Array(new SharedArrayBuffer(2 * BigUint64Array.BYTES_PER_ELEMENT))
  const calls = {
    address,
    sequences: [
      [missing, half, missing, half],
      [half, found, half],
    ],
    results,
  }
  const sequence = crew.addForeign((own) => foreignKernel(calls, own), calls)
  crew.runLong({ kernel: sequence, arguments: [0, 2], steps: [1, 0], countAt: 1, count: 2, chunk: 2 })
  expect([...values]).toEqual(Array(16).fill(1))
  expect([...results]).toEqual([0n, start + 1n])
})
