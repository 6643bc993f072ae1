/** Reads TensorBoard's event files, by the written specifications of TFRecord, event.proto and summary.proto. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { crc32c } from '../../src/export/record-file.js'

export interface ReadEvent {
  readonly seconds: number
  readonly step: number
  readonly version: string
  readonly values: readonly {
    readonly tag: string
    readonly value: number
    readonly dtype: number
    readonly plugin: string
    readonly dataClass: number
  }[]
}

const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0

/** The data of each record, whose checksums must hold. */
export function recordsOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const records: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true))
    const data = bytes.subarray(at + 12, at + 12 + length)
    const found = [view.getUint32(at + 8, true), view.getUint32(at + 12 + length, true)]
    const expected = [masked(crc32c(bytes.subarray(at, at + 8))), masked(crc32c(data))]
    if (found.join() !== expected.join()) throw new Error(`the checksum of the record at ${at} is wrong`)
    records.push(data)
    at += 16 + length
  }
  return records
}

/** Fields of a message by number: numbers, or bytes. */
export function fieldsOf(message: Uint8Array): Map<number, (number | Uint8Array)[]> {
  const reader = new BinaryReader(message)
  const fields = new Map<number, (number | Uint8Array)[]>()
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    const value =
      type === WireType.Varint
        ? Number(reader.int64())
        : type === WireType.Bit64
          ? reader.double()
          : type === WireType.Bit32
            ? reader.float()
            : new Uint8Array(reader.bytes())
    fields.set(field, [...(fields.get(field) ?? []), value])
  }
  return fields
}

const text = (value: number | Uint8Array | undefined): string =>
  value instanceof Uint8Array ? new TextDecoder().decode(value) : ''

const bytesOf = (value: number | Uint8Array | undefined): Uint8Array =>
  value instanceof Uint8Array ? value : new Uint8Array()

/** All events of a file, or of a part of one. */
export function eventsOf(bytes: Uint8Array): ReadEvent[] {
  return recordsOf(bytes).map((record) => {
    const event = fieldsOf(record)
    const summary = fieldsOf(bytesOf(event.get(5)?.[0]))
    return {
      seconds: event.get(1)![0] as number,
      step: (event.get(2)?.[0] as number | undefined) ?? 0,
      version: text(event.get(3)?.[0]),
      values: (summary.get(1) ?? []).map((inner) => {
        const value = fieldsOf(bytesOf(inner))
        const tensor = fieldsOf(bytesOf(value.get(8)![0]))
        const metadata = fieldsOf(bytesOf(value.get(9)![0]))
        return {
          tag: text(value.get(1)![0]),
          value: new BinaryReader(bytesOf(tensor.get(5)![0])).float(),
          dtype: tensor.get(1)![0] as number,
          plugin: text(fieldsOf(bytesOf(metadata.get(1)![0])).get(1)![0]),
          dataClass: metadata.get(4)![0] as number,
        }
      }),
    }
  })
}
