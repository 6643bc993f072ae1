/**
 * Encodes TensorFlow graphs, with the few messages of graph.proto, node_def.proto and tensor.proto that a step needs.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { message } from '../../../base/protobuf.js'
import type { Shape } from '../../../base/shape.js'

/** Element types of types.proto, DataType. */
export const DATA_TYPE = {
  float32: 1,
  int32: 3,
  uint8: 4,
  int64: 9,
  bool: 10,
  uint16: 17,
  resource: 20,
  uint32: 22,
  uint64: 23,
} as const
export type DataType = keyof typeof DATA_TYPE

export type TensorflowAttribute =
  | { readonly type: DataType }
  | { readonly shape: Shape }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | {
      readonly tensor: {
        readonly type: DataType
        readonly shape: Shape
        readonly data: Float32Array | Int32Array | Uint8Array | Uint32Array
      }
    }

export interface TensorflowNode {
  readonly name: string
  readonly op: string
  /** Names of nodes: `name:1` for the second output, `^name` for a node that only has to run before. */
  readonly inputs: readonly string[]
  readonly attributes: Readonly<Record<string, TensorflowAttribute>>
  /** The device that computes it, `/device:GPU:1`. Default: TensorFlow's choice, which is the first one. */
  readonly device?: string
}

/** The version of graphs that TensorFlow 2.9 and later write (tensorflow/core/public/version.h). */
const PRODUCER = 1087

/** Encodes a GraphDef. */
export function encodeGraph(nodes: readonly TensorflowNode[]): Uint8Array {
  const writer = new BinaryWriter()
  for (const { name, op, inputs, attributes, device } of nodes) {
    message(writer, 1, (node) => {
      node.tag(1, WireType.LengthDelimited).string(name)
      node.tag(2, WireType.LengthDelimited).string(op)
      for (const input of inputs) node.tag(3, WireType.LengthDelimited).string(input)
      if (device !== undefined) node.tag(4, WireType.LengthDelimited).string(device)
      for (const [key, value] of Object.entries(attributes)) {
        message(node, 5, (entry) => {
          entry.tag(1, WireType.LengthDelimited).string(key)
          message(entry, 2, (inner) => writeAttribute(inner, value))
        })
      }
    })
  }
  message(writer, 4, (versions) => versions.tag(1, WireType.Varint).int32(PRODUCER))
  return writer.finish()
}

function writeAttribute(writer: BinaryWriter, value: TensorflowAttribute): void {
  if ('type' in value) writer.tag(6, WireType.Varint).int32(DATA_TYPE[value.type])
  else if ('shape' in value) message(writer, 7, (inner) => writeShape(inner, value.shape))
  else if ('text' in value) writer.tag(2, WireType.LengthDelimited).string(value.text)
  else if ('float' in value) writer.tag(4, WireType.Bit32).float(Math.fround(value.float))
  else if ('bool' in value) writer.tag(5, WireType.Varint).bool(value.bool)
  else if ('int' in value) writer.tag(3, WireType.Varint).int64(value.int)
  else if ('texts' in value) {
    message(writer, 1, (list) => {
      for (const item of value.texts) list.tag(2, WireType.LengthDelimited).string(item)
    })
  } else if ('ints' in value) {
    message(writer, 1, (list) => {
      for (const item of value.ints) list.tag(3, WireType.Varint).int64(item)
    })
  } else {
    const { type, shape, data } = value.tensor
    message(writer, 8, (inner) => {
      inner.tag(1, WireType.Varint).int32(DATA_TYPE[type])
      message(inner, 2, (dims) => writeShape(dims, shape))
      inner.tag(4, WireType.LengthDelimited).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    })
  }
}

function writeShape(writer: BinaryWriter, shape: Shape): void {
  for (const dim of shape) message(writer, 2, (inner) => inner.tag(1, WireType.Varint).int64(dim))
}
