/**
 * Files that TensorBoard opens: records of event.proto, with scalars as `tf.summary.scalar` of TensorFlow 2 writes them
 * (tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto).
 */
import { hostname } from 'node:os'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { message } from '../base/protobuf.js'
import { encodeRecord } from './record-file.js'

/** A file name that TensorBoard recognizes. `seconds` are those since 1970. */
export const eventFileName = (seconds: number): string =>
  `events.out.tfevents.${Math.floor(seconds)}.${hostname()}.${process.pid}.0.v2`

/** The first record of a file. */
export const eventFileHeader = (seconds: number): Uint8Array =>
  event(seconds, 0, (writer) => writer.tag(3, WireType.LengthDelimited).string('brain.Event:2'))

/** One record with a number for each tag. */
export const scalarsEvent = (seconds: number, step: number, scalars: Readonly<Record<string, number>>): Uint8Array =>
  event(seconds, step, (writer) =>
    message(writer, 5, (summary) => {
      for (const [tag, value] of Object.entries(scalars)) message(summary, 1, (inner) => writeScalar(inner, tag, value))
    }),
  )

function event(seconds: number, step: number, what: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(1, WireType.Bit64).double(seconds)
  if (step !== 0) writer.tag(2, WireType.Varint).int64(step)
  what(writer)
  return encodeRecord(writer.finish())
}

const DT_FLOAT = 1
const DATA_CLASS_SCALAR = 1

/** Summary.Value: the tag, a tensor without dimensions, and which part of TensorBoard shows it. */
function writeScalar(writer: BinaryWriter, tag: string, value: number): void {
  writer.tag(1, WireType.LengthDelimited).string(tag)
  message(writer, 8, (tensor) => {
    tensor.tag(1, WireType.Varint).int32(DT_FLOAT)
    message(tensor, 2, () => {})
    tensor.tag(5, WireType.LengthDelimited).fork().float(value).join()
  })
  message(writer, 9, (metadata) => {
    message(metadata, 1, (plugin) => plugin.tag(1, WireType.LengthDelimited).string('scalars'))
    metadata.tag(4, WireType.Varint).int32(DATA_CLASS_SCALAR)
  })
}
