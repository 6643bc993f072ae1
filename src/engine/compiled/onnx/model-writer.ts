/** Encodes ONNX models, with the few messages of onnx.proto (IR version 9) that a step needs. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { message } from '../../../base/protobuf.js'
import type { Shape } from '../../../base/shape.js'

/** Element types of TensorProto.DataType. */
export const ELEMENT = { float32: 1, int32: 6, int64: 7, bool: 9 } as const
export type Element = keyof typeof ELEMENT

export type OnnxAttribute = number | { readonly float: number } | { readonly text: string } | readonly number[]

export interface OnnxNode {
  readonly type: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** A number becomes an INT attribute, a list INTS. */
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>
}

export interface OnnxTensor {
  readonly name: string
  readonly element: Element
  readonly shape: Shape
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array
}

export interface OnnxValue {
  readonly name: string
  readonly element: Element
  readonly shape: Shape
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

const IR_VERSION = 9
const OPSET = 18

/** Encodes a ModelProto. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(1, WireType.Varint).int64(IR_VERSION)
  writer.tag(2, WireType.LengthDelimited).string('trainspec')
  message(writer, 7, (inner) => writeGraph(inner, graph))
  message(writer, 8, (opset) => {
    opset.tag(1, WireType.LengthDelimited).string('')
    opset.tag(2, WireType.Varint).int64(OPSET)
  })
  return writer.finish()
}

function writeGraph(writer: BinaryWriter, { nodes, initializers, inputs, outputs }: OnnxGraph): void {
  for (const node of nodes) message(writer, 1, (inner) => writeNode(inner, node))
  writer.tag(2, WireType.LengthDelimited).string('step')
  for (const tensor of initializers) message(writer, 5, (inner) => writeTensor(inner, tensor))
  for (const value of inputs) message(writer, 11, (inner) => writeValue(inner, value))
  for (const value of outputs) message(writer, 12, (inner) => writeValue(inner, value))
}

function writeNode(writer: BinaryWriter, { type, inputs, outputs, attributes = {} }: OnnxNode): void {
  for (const input of inputs) writer.tag(1, WireType.LengthDelimited).string(input)
  for (const output of outputs) writer.tag(2, WireType.LengthDelimited).string(output)
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
      } else {
        for (const item of value) attribute.tag(8, WireType.Varint).int64(item)
        attribute.tag(20, WireType.Varint).int32(7)
      }
    })
  }
}

function writeTensor(writer: BinaryWriter, { name, element, shape, data }: OnnxTensor): void {
  for (const dim of shape) writer.tag(1, WireType.Varint).int64(dim)
  writer.tag(2, WireType.Varint).int32(ELEMENT[element])
  writer.tag(8, WireType.LengthDelimited).string(name)
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function writeValue(writer: BinaryWriter, { name, element, shape }: OnnxValue): void {
  writer.tag(1, WireType.LengthDelimited).string(name)
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(ELEMENT[element])
      message(tensor, 2, (inner) => {
        for (const dim of shape) message(inner, 1, (dimension) => dimension.tag(1, WireType.Varint).int64(dim))
      })
    }),
  )
}
