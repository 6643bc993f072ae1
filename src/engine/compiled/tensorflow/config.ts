/**
 * The ConfigProto of a session: device, threads, precision (tensorflow/core/protobuf/config.proto,
 * rewriter_config.proto).
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { processors } from '../../../base/processors.js'
import { message } from '../../../base/protobuf.js'
import type { Precision } from '../../../spec/engines.js'

export interface SessionConfig {
  readonly precision: Precision
  /** Approximate number of nodes of the largest graph; absent if there are few. */
  readonly nodes?: number
  /** Numbers of the GPUs to use; absent for the processor. */
  readonly gpus?: readonly number[]
  /** Number of devices into which the processor is divided. Default: 1. */
  readonly cpus?: number
  /** True if steps have two halves, each of which computes on half of the cores. */
  readonly halves?: boolean
  /** Number of this process in a group of hosts; absent if it computes alone. */
  readonly rank?: number
}

/** The job of all processes in a group of hosts; the first of them leads collective operators. */
export const JOB = 'worker'

const ON = 1
const OFF = 2
/**
 * Constant folding. It is off because it also moves constants through sums, which changes rounding; `simplify` has
 * folded constants already.
 */
const CONSTANT_FOLDING = 3

const DISABLE_META_OPTIMIZER = 19
/**
 * On a GPU TensorFlow rewrites a graph only up to this number of nodes, because rewriting takes long. Long sequences
 * have tens of thousands of nodes, in which there is nothing to rewrite.
 */
export const MOST_REWRITTEN = 5_000

/**
 * Fields of RewriterConfig: `auto_mixed_precision` for CUDA; for processors `..._onednn_bfloat16`, formerly `..._mkl`.
 */
const REWRITERS: Readonly<Record<Precision, readonly number[]>> = {
  float32: [],
  mixed_bfloat16: [31, 25],
  mixed_float16: [23],
}

/**
 * True if TensorFlow rewrites graphs. Mixed precision is such a rewriting, and on a GPU it chooses layouts. For
 * processors the lowering writes fused operators itself: the steps are as fast, and start earlier.
 */
const isRewritten = ({ precision, nodes = 0, gpus }: SessionConfig): boolean =>
  REWRITERS[precision].length > 0 || (gpus !== undefined && nodes <= MOST_REWRITTEN)

export function sessionConfig(config: SessionConfig): Uint8Array {
  const { precision, gpus, cpus = 1, halves = false, rank } = config
  const writer = new BinaryWriter()
  if (gpus === undefined) message(writer, 1, deviceCount('GPU', 0))
  if (cpus > 1) message(writer, 1, deviceCount('CPU', cpus))
  // one operator at a time, on all cores: two at once would wait for each other's threads. Or two, on half of them. Each
  // device has threads of its own, and one operator at a time.
  const parts = halves ? 2 : (gpus?.length ?? cpus)
  writer.tag(2, WireType.Varint).int32(Math.max(1, Math.floor(processors() / parts)))
  writer.tag(5, WireType.Varint).int32(parts)
  // with a server, the threads are those of the server
  if (rank === undefined) writer.tag(9, WireType.Varint).bool(true)
  else {
    // without the filter a session would wait for all hosts
    writer.tag(4, WireType.LengthDelimited).string(`/job:${JOB}/task:${rank}`)
    message(writer, 16, (experimental) =>
      experimental.tag(1, WireType.LengthDelimited).string(`/job:${JOB}/replica:0/task:0`),
    )
  }
  if (gpus !== undefined) {
    message(writer, 6, (options) => {
      options.tag(4, WireType.Varint).bool(true)
      options.tag(5, WireType.LengthDelimited).string(gpus.join())
    })
  }
  writer.tag(7, WireType.Varint).bool(true)
  message(writer, 10, (graph) =>
    message(graph, 10, (rewriters) => {
      rewriters.tag(CONSTANT_FOLDING, WireType.Varint).int32(OFF)
      for (const field of REWRITERS[precision]) rewriters.tag(field, WireType.Varint).int32(ON)
      if (!isRewritten(config)) rewriters.tag(DISABLE_META_OPTIMIZER, WireType.Varint).bool(true)
    }),
  )
  return writer.finish()
}

/** An entry of device_count; 0 hides devices. */
const deviceCount = (kind: 'CPU' | 'GPU', count: number) => (entry: BinaryWriter) =>
  entry.tag(1, WireType.LengthDelimited).string(kind).tag(2, WireType.Varint).int32(count)
