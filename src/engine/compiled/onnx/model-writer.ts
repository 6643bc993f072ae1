/** Encodes ONNX models, with the messages of onnx.proto (IR version 9) that a step or an exported model needs. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { message } from '../../../base/protobuf.js'
import type { Shape } from '../../../base/shape.js'

/** Element types of TensorProto.DataType. */
export const ELEMENT = { float32: 1, uint8: 2, int32: 6, int64: 7, string: 8, bool: 9, float64: 11 } as const
export type Element = keyof typeof ELEMENT

export type OnnxAttribute =
  | number
  | readonly number[]
  | { readonly float: number }
  | { readonly text: string }
  | { readonly texts: readonly string[] }

export interface OnnxNode {
  readonly type: string
  /** Shown in profiles; must be unique. */
  readonly name?: string
  /** Domain of the operator. Default: that of ONNX itself. */
  readonly domain?: keyof typeof DOMAINS
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** A number becomes an INT attribute, a list INTS. */
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>
}

export interface OnnxTensor {
  readonly name: string
  readonly element: Element
  readonly shape: Shape
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | readonly string[]
}

export interface OnnxValue {
  readonly name: string
  readonly element: Element
  /** A dimension of any size has a name. */
  readonly shape: readonly (number | string)[]
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

const IR_VERSION = 9

/** Versions of the sets of operators; the last has ONNX Runtime's own, on values in blocks of channels. */
const DOMAINS = { '': 18, 'ai.onnx.ml': 3, 'com.microsoft.nchwc': 1 } as const

export interface ModelFacts {
  readonly version?: string
  readonly name?: string
  /** Texts by name, for whoever opens the model. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** Encodes a ModelProto. */
export function encodeModel(graph: OnnxGraph, { version, name, metadata = {} }: ModelFacts = {}): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(1, WireType.Varint).int64(IR_VERSION)
  writer.tag(2, WireType.LengthDelimited).string('trainspec')
  if (version !== undefined) writer.tag(3, WireType.LengthDelimited).string(version)
  message(writer, 7, (inner) => writeGraph(inner, graph, name ?? 'step'))
  for (const domain of new Set(['' as const, ...graph.nodes.flatMap(({ domain }) => domain ?? [])])) {
    message(writer, 8, (opset) => {
      opset.tag(1, WireType.LengthDelimited).string(domain)
      opset.tag(2, WireType.Varint).int64(DOMAINS[domain])
    })
  }
  for (const [key, value] of Object.entries(metadata)) {
    message(writer, 14, (entry) => {
      entry.tag(1, WireType.LengthDelimited).string(key)
      entry.tag(2, WireType.LengthDelimited).string(value)
    })
  }
  return writer.finish()
}

function writeGraph(writer: BinaryWriter, { nodes, initializers, inputs, outputs }: OnnxGraph, name: string): void {
  for (const node of nodes) message(writer, 1, (inner) => writeNode(inner, node))
  writer.tag(2, WireType.LengthDelimited).string(name)
  for (const tensor of initializers) message(writer, 5, (inner) => writeTensor(inner, tensor))
  for (const value of inputs) message(writer, 11, (inner) => writeValue(inner, value))
  for (const value of outputs) message(writer, 12, (inner) => writeValue(inner, value))
}

function writeNode(
  writer: BinaryWriter,
  { type, name: own, domain, inputs, outputs, attributes = {} }: OnnxNode,
): void {
  for (const input of inputs) writer.tag(1, WireType.LengthDelimited).string(input)
  for (const output of outputs) writer.tag(2, WireType.LengthDelimited).string(output)
  if (own !== undefined) writer.tag(3, WireType.LengthDelimited).string(own)
  writer.tag(4, WireType.LengthDelimited).string(type)
  for (const [name, value] of Object.entries(attributes)) {
    message(writer, 5, (attribute) => {
      attribute.tag(1, WireType.LengthDelimited).string(name)
      if (typeof value === 'number') {
        attribute.tag(3, WireType.Varint).int64(value)
        attribute.tag(20, WireType.Varint).int32(2)
      } else if ('float' in value) {
        attribute.tag(2, WireType.Bit32).float(Math.fround(value.float))
        attribute.tag(20, WireType.Varint).int32(1)
      } else if ('text' in value) {
        attribute.tag(4, WireType.LengthDelimited).string(value.text)
        attribute.tag(20, WireType.Varint).int32(3)
      } else if ('texts' in value) {
        for (const item of value.texts) attribute.tag(9, WireType.LengthDelimited).string(item)
        attribute.tag(20, WireType.Varint).int32(8)
      } else {
        for (const item of value) attribute.tag(8, WireType.Varint).int64(item)
        attribute.tag(20, WireType.Varint).int32(7)
      }
    })
  }
  if (domain !== undefined) writer.tag(7, WireType.LengthDelimited).string(domain)
}

function writeTensor(writer: BinaryWriter, { name, element, shape, data }: OnnxTensor): void {
  for (const dim of shape) writer.tag(1, WireType.Varint).int64(dim)
  writer.tag(2, WireType.Varint).int32(ELEMENT[element])
  writer.tag(8, WireType.LengthDelimited).string(name)
  if (!ArrayBuffer.isView(data)) {
    for (const text of data) writer.tag(6, WireType.LengthDelimited).string(text)
    return
  }
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function writeValue(writer: BinaryWriter, { name, element, shape }: OnnxValue): void {
  writer.tag(1, WireType.LengthDelimited).string(name)
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(ELEMENT[element])
      message(tensor, 2, (inner) => {
        for (const dim of shape)
          message(inner, 1, (dimension) =>
            typeof dim === 'number'
              ? dimension.tag(1, WireType.Varint).int64(dim)
              : dimension.tag(2, WireType.LengthDelimited).string(dim),
          )
      })
    }),
  )
}
