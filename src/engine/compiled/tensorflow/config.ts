/** ConfigProto of a session: device, threads, precision (tensorflow/core/protobuf/config.proto, rewriter_config.proto). */
import { availableParallelism } from 'node:os'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { message } from '../../../base/protobuf.js'
import type { Precision } from '../../engine.js'

export interface SessionConfig {
  readonly precision: Precision
  /** How many nodes the largest graph has, or about so many; absent: few. */
  readonly nodes?: number
  /** The number of the GPU to use; absent: the processor only. */
  readonly gpu?: number
}

const ON = 1
const OFF = 2
/** It also moves constants through sums, which changes how they round; `simplify` has folded what there is to fold. */
const CONSTANT_FOLDING = 3

const DISABLE_META_OPTIMIZER = 19
/**
 * Nodes of a graph up to which TensorFlow may rewrite it, which takes long: of long sequences come tens of thousands,
 * in which there is nothing to rewrite.
 */
const MOST_REWRITTEN = 5_000

/** RewriterConfig: `auto_mixed_precision` for CUDA; `..._onednn_bfloat16`, once `..._mkl`, for processors. */
const REWRITERS: Readonly<Record<Precision, readonly number[]>> = {
  float32: [],
  mixed_bfloat16: [31, 25],
  mixed_float16: [23],
}

export function sessionConfig({ precision, nodes = 0, gpu }: SessionConfig): Uint8Array {
  const writer = new BinaryWriter()
  if (gpu === undefined) message(writer, 1, noGpu)
  writer.tag(2, WireType.Varint).int32(availableParallelism())
  // one operator at a time on all cores: two at once would wait for each other's shares
  writer.tag(5, WireType.Varint).int32(1)
  if (gpu !== undefined) {
    message(writer, 6, (options) => {
      options.tag(4, WireType.Varint).bool(true)
      options.tag(5, WireType.LengthDelimited).string(String(gpu))
    })
  }
  writer.tag(7, WireType.Varint).bool(true)
  message(writer, 10, (graph) =>
    message(graph, 10, (rewriters) => {
      rewriters.tag(CONSTANT_FOLDING, WireType.Varint).int32(OFF)
      for (const field of REWRITERS[precision]) rewriters.tag(field, WireType.Varint).int32(ON)
      // a precision is a rewriter's work
      const needed = REWRITERS[precision].length > 0
      if (nodes > MOST_REWRITTEN && !needed) rewriters.tag(DISABLE_META_OPTIMIZER, WireType.Varint).bool(true)
    }),
  )
  return writer.finish()
}

/** An entry of device_count. */
const noGpu = (entry: BinaryWriter) =>
  entry.tag(1, WireType.LengthDelimited).string('GPU').tag(2, WireType.Varint).int32(0)
