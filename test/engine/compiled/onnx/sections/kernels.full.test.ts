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
    // what lay in the output before has no effect
    if (end === 64) array.fill(Number.NaN)
    end += Math.ceil(values.byteLength / 64) * 64 + 64
    return array
  })
  const task = tasks({ ...node, inputs: [], output: '' }, placed)
  crew.run([task])
  return { out: placed[0]!.slice(), chunks: chunksOf(task) }
}

/** Numbers of which many are equal, some below 0. */
const some = (count: number, stream: number) =>
  uniforms({ seed: 1, purpose: PURPOSE.sample, stream, step: 0 }, count).map((number) => Math.floor(7 * number) - 2)

interface Pool {
  readonly planes: number
  /** Channels of a block. */
  readonly size: number
  readonly plane: readonly [height: number, width: number]
  readonly window: readonly [tall: number, wide: number]
  readonly strides?: readonly [number, number]
  /** Rows above, columns on the left, rows below, columns on the right. */
  readonly pads?: readonly [number, number, number, number]
  readonly beside?: readonly [left: number, right: number]
}

/** Gradients of max and of average pooling, element by element. */
function gradientsOf({
  planes,
  size,
  plane: [height, width],
  window: [tall, wide],
  strides: [down, across] = [tall, wide],
  pads = [0, 0, 0, 0],
  beside: [left, right] = [0, 0],
}: Pool) {
  const [top, before, below, after] = pads
  const rows = 1 + Math.floor((height + top + below - tall) / down)
  const columns = 1 + Math.floor((width + before + after - wide) / across)
  const row = left + width + right
  const x = some(planes * height * width * size, 1)
  const dy = some(planes * rows * columns * size, 2)
  const largest = new Float32Array(dy.length)
  const byMax = new Float32Array(planes * height * row * size)
  const byMean = byMax.slice()
  const share = Math.fround(1 / (tall * wide))
  for (const [index, given] of dy.entries()) {
    const [channel, window] = [index % size, Math.floor(index / size)]
    const [j, i, plane] = [window % columns, Math.floor(window / columns) % rows, Math.floor(window / columns / rows)]
    const elements = Array.from({ length: tall * wide }, (_, tap) => [
      down * i - top + Math.floor(tap / wide),
      across * j - before + (tap % wide),
    ]).filter(([y, z]) => y! >= 0 && y! < height && z! >= 0 && z! < width)
    const values = elements.map(([y, z]) => x[((plane * height + y!) * width + z!) * size + channel]!)
    const places = elements.map(([y, z]) => ((plane * height + y!) * row + left + z!) * size + channel)
    largest[index] = Math.max(...values)
    byMax[places[values.indexOf(largest[index])]!]! += given
    for (const place of places) byMean[place] = given * share
  }
  const plane = [height, width, left, right, 4 * size]
  const shape = [planes, height, row, size]
  return { x, dy, largest, byMax, byMean, node: { planes, shape }, windows: [rows, columns], plane, share }
}

const isAsExpected = (out: Float32Array, expected: Float32Array, what: string) =>
  // zeros have no sign here
  expectSameBits(
    out.map((value) => value + 0),
    expected.map((value) => value + 0),
    what,
  )

const POOLS: Pool[] = [
  { planes: 3, size: 16, plane: [24, 24], window: [2, 2], beside: [2, 2] },
  { planes: 40, size: 8, plane: [25, 27], window: [2, 2] },
  { planes: 1, size: 8, plane: [2, 2], window: [2, 2], beside: [0, 1] },
  { planes: 7, size: 16, plane: [9, 11], window: [1, 3], beside: [1, 0] },
  { planes: 64, size: 8, plane: [14, 13], window: [3, 2], beside: [0, 3] },
]

test.each(POOLS)('gradients of pools with windows side by side: %j', async (pool) => {
  const { x, dy, largest, byMax, byMean, node, windows, plane, share } = gradientsOf(pool)
  const { window } = pool
  const max = await run(
    { ...node, kernel: 'max_pool_gradient', numbers: [...windows, ...window, ...window, 0, 0, ...plane] },
    [dy, x, largest],
  )
  isAsExpected(max.out, byMax, 'max')
  if (pool.planes === 40) expect(max.chunks).toBe(7)
  if (String(window) === '2,2') {
    const two = await run({ ...node, kernel: 'max_pool_gradient_2x2', numbers: [...windows, ...plane] }, [dy, x])
    isAsExpected(two.out, byMax, 'max of two by two')
  }
  const mean = await run({ ...node, kernel: 'avg_pool_gradient', numbers: [...windows, ...window, ...plane, share] }, [
    dy,
  ])
  isAsExpected(mean.out, byMean, 'average')
})

const OTHER_POOLS: Pool[] = [
  { planes: 6, size: 16, plane: [13, 13], window: [3, 3], strides: [2, 2], beside: [1, 1] },
  { planes: 50, size: 8, plane: [28, 27], window: [3, 3], strides: [2, 2], pads: [0, 0, 1, 0] },
  { planes: 4, size: 8, plane: [7, 9], window: [3, 2], strides: [1, 1], pads: [1, 0, 1, 1], beside: [0, 2] },
  { planes: 4, size: 8, plane: [9, 8], window: [2, 2], strides: [3, 4], beside: [1, 0] },
]

test.each(OTHER_POOLS)('gradients of pools with other windows: %j', async (pool) => {
  const { x, dy, largest, byMax, node, windows, plane } = gradientsOf(pool)
  const { window, strides, pads = [0, 0, 0, 0] } = pool
  const numbers = [...windows, ...window, ...strides!, pads[0], pads[1], ...plane]
  const { out } = await run({ ...node, kernel: 'max_pool_gradient', numbers }, [dy, x, largest])
  isAsExpected(out, byMax, 'max')
})

test.each([
  [96, 26, 1],
  [60, 1024, 15],
])('gradients of rectifiers: %i planes of %i elements in %i chunks', async (planes, elements, expected) => {
  const count = planes * elements * 8
  const [dy, y] = [some(count, 3), some(count, 4)]
  const node = { kernel: 'relu_gradient', planes, shape: [count], numbers: [4 * elements * 8] } as const
  const { out, chunks } = await run(node, [dy, y])
  isAsExpected(
    out,
    dy.map((value, index) => (y[index]! > 0 ? value : 0)),
    'rectifier',
  )
  expect(chunks).toBe(expected)
})
