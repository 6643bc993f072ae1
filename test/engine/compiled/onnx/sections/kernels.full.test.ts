/** Kernels between sections against the same element by element, whole and cut into chunks for two threads. */
import { expect, onTestFinished, test } from 'vitest'
import { PURPOSE, uniforms } from '../../../../../src/base/philox.js'
import { sizeOf } from '../../../../../src/base/shape.js'
import { chunksOf } from '../../../../../src/engine/compiled/crew/chunks.js'
import { Crew } from '../../../../../src/engine/compiled/crew/crew.js'
import { sectionTasks } from '../../../../../src/engine/compiled/onnx/sections/kernels.js'
import type { KernelNode } from '../../../../../src/engine/compiled/onnx/sections/sections.js'
import { expectSameBits } from '../../../../support/close.js'

const PAGES = 200

/** Runs a kernel over arrays, and returns its output. */
async function run(node: Pick<KernelNode, 'kernel' | 'shape' | 'planes' | 'numbers'>, given: readonly Float32Array[]) {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true })
  const crew = new Crew(memory)
  onTestFinished(() => crew.dispose())
  const tasks = await sectionTasks(crew, memory)
  let end = 64
  const placed = [new Float32Array(sizeOf(node.shape)), ...given].map((values) => {
    const array = new Float32Array(memory.buffer, end, values.length)
    array.set(values)
    end += Math.ceil(values.byteLength / 64) * 64 + 64
    return array
  })
  const task = tasks(
    { ...node, inputs: [], output: '' },
    placed.map(({ byteOffset, length }) => ({ address: byteOffset, count: length })),
  )
  crew.run([task])
  return { out: placed[0]!.slice(), chunks: chunksOf(task) }
}

/** Numbers of which many are equal, some below 0. */
const some = (count: number, stream: number) =>
  uniforms({ seed: 1, purpose: PURPOSE.sample, stream, step: 0 }, count).map((number) => Math.floor(7 * number) - 2)

test.each([
  // planes, size of a block, height and width, windows, elements beside rows
  [3, 16, [24, 24], [2, 2], [2, 2]],
  [40, 8, [25, 27], [2, 2], [0, 0]],
  [7, 16, [9, 11], [1, 3], [1, 0]],
  [64, 8, [14, 13], [3, 2], [0, 3]],
  [1, 4, [2, 2], [2, 2], [0, 0]],
  [2, 4, [5, 5], [5, 4], [1, 1]],
] as const)(
  'gradients of pools: %i planes of blocks of %i, %j with windows of %j and %j beside',
  async (planes, size, [height, width], [tall, wide], [left, right]) => {
    const [rows, columns] = [Math.floor(height / tall), Math.floor(width / wide)]
    const across = left + width + right
    const x = some(planes * height * width * size, 1)
    const dy = some(planes * rows * columns * size, 2)
    const largest = new Float32Array(planes * height * across * size)
    const mean = largest.slice()
    const share = Math.fround(1 / (tall * wide))
    for (let plane = 0; plane < planes; plane++)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          for (let channel = 0; channel < size; channel++) {
            const given = dy[((plane * rows + row) * columns + column) * size + channel]!
            const taps = Array.from({ length: tall * wide }, (_, tap) => {
              const at = [row * tall + Math.floor(tap / wide), column * wide + (tap % wide)] as const
              return {
                value: x[((plane * height + at[0]) * width + at[1]) * size + channel]!,
                to: ((plane * height + at[0]) * across + left + at[1]) * size + channel,
              }
            })
            const most = Math.max(...taps.map(({ value }) => value))
            largest[taps.find(({ value }) => value === most)!.to] = given
            for (const { to } of taps) mean[to] = given * share
          }
    const numbers = [rows, columns, tall, wide, height, width, left, right, 4 * size]
    const node = { planes, shape: [planes, height, across, size] }
    const byMax = await run({ ...node, kernel: 'max_pool_gradient', numbers }, [dy, x])
    const byMean = await run({ ...node, kernel: 'avg_pool_gradient', numbers: [...numbers, 1 / (tall * wide)] }, [dy])
    // zeros have no sign here
    expectSameBits(
      byMax.out.map((value) => value + 0),
      largest.map((value) => value + 0),
      'max',
    )
    expectSameBits(
      byMean.out.map((value) => value + 0),
      mean.map((value) => value + 0),
      'average',
    )
    if (planes === 40) expect(byMax.chunks).toBe(7)
  },
)

test('gradient of a rectifier', async () => {
  const count = 96 * 26 * 8
  const [dy, y] = [some(count, 3), some(count, 4)]
  const { out, chunks } = await run({ kernel: 'relu_gradient', planes: 96, shape: [count], numbers: [4 * 26 * 8] }, [
    dy,
    y,
  ])
  expectSameBits(
    out.map((value) => value + 0),
    dy.map((value, index) => (y[index]! > 0 ? value : 0)),
    'rectifier',
  )
  expect(chunks).toBe(1)
  const large = 60 * 32 * 32 * 8
  const [dz, z] = [some(large, 5), some(large, 6)]
  const many = await run({ kernel: 'relu_gradient', planes: 60, shape: [large], numbers: [4 * 32 * 32 * 8] }, [dz, z])
  expectSameBits(
    many.out.map((value) => value + 0),
    dz.map((value, index) => (z[index]! > 0 ? value : 0)),
    'in chunks',
  )
  expect(many.chunks).toBe(15)
})
