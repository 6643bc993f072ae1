/** Writes protobuf messages. */
import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** Writes a message inside a message. */
export function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork()
  write(writer)
  writer.join()
}
