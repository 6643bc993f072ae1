/** Asks ONNX Runtime for the size of its blocks of channels. */
import type { Graph } from '../../graph/graph.js'
import { encodeModel, type OnnxGraph } from '../model-writer.js'
import { OnnxSession } from '../session.js'
import type { Blocks } from './blocks.js'
import { isConvolution } from './layout.js'

/** No blocks: the library has no such products for this processor. */
export const NO_BLOCKS = 1

/** The sizes that MLAS has, largest first (MlasNchwcGetBlockSize). */
const SIZES = [16, 8] as const

let known: Promise<number> | undefined

/** The size of blocks on this machine, asked for once per process; `NO_BLOCKS` if there are none. */
export function blockSize(): Promise<number> {
  known ??= askForBlocks(OnnxSession.create)
  return known
}

/** The blocks for a graph in a session of so many threads; undefined if there are none, or nothing for them. */
export async function blocksFor({ nodes }: Graph, threads: number, given?: number): Promise<Blocks | undefined> {
  if (!nodes.some(({ kernel }) => isConvolution(kernel))) return undefined
  const size = given ?? (await blockSize())
  return size === NO_BLOCKS ? undefined : { size, threads }
}

/** The operator fills four channels up to a block, so its result fits only an array of that size. */
export async function askForBlocks(createSession: typeof OnnxSession.create): Promise<number> {
  const given = { dtype: 'float32', shape: [1, 4, 1, 1], values: new Float32Array(4) } as const
  for (const size of SIZES) {
    const shape = [1, size, 1, 1]
    try {
      const session = await createSession(encodeModel(reorder(shape)), { threads: 1 })
      try {
        session.prepare({ x: given }, { y: { dtype: 'float32', shape, values: new Float32Array(size) } }).run()
        return size
      } finally {
        session.release()
      }
    } catch {
      // not this size
    }
  }
  return NO_BLOCKS
}

const reorder = (shape: readonly number[]): OnnxGraph => ({
  nodes: [{ type: 'ReorderInput', domain: 'com.microsoft.nchwc', inputs: ['x'], outputs: ['y'] }],
  initializers: [],
  inputs: [{ name: 'x', element: 'float32', shape: [1, 4, 1, 1] }],
  outputs: [{ name: 'y', element: 'float32', shape }],
})
