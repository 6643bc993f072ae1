/** What every protobuf message that we write needs. */
import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** A message within a message. */
export function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork()
  write(writer)
  writer.join()
}
