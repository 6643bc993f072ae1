/**
 * Reads safetensors files (https://github.com/huggingface/safetensors): eight bytes with the length of a header, the
 * header in JSON, then the values of all tensors without gaps, lowest byte first.
 */
import { halves } from '../base/half.js'
import { UserError } from '../base/issue.js'
import { isObject, jsonOf } from '../base/json.js'
import { sizeOf } from '../base/shape.js'
import { decodeUtf8 } from '../base/utf8.js'
import { cutTo } from '../spec/words.js'
import type { FileWeight } from './file-weight.js'

/** Limit on the bytes of a header, in which a tensor needs some hundred. */
export const MOST_HEADER = 16e6

/** Bytes before the header. */
const LENGTH_BYTES = 8

/** Bits of an element of each type. */
const BITS: Readonly<Record<string, number>> = {
  ...{ BOOL: 8, U8: 8, I8: 8, U16: 16, I16: 16, U32: 32, I32: 32, U64: 64, I64: 64, C64: 64 },
  ...{ F4: 4, F6_E2M3: 6, F6_E3M2: 6, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F16: 16, BF16: 16, F32: 32, F64: 64 },
}

/** Types that become float32, and how. The bytes begin at a multiple of eight. */
const FLOATS: Readonly<Record<string, (bytes: ArrayBuffer) => Float32Array>> = {
  F64: (bytes) => Float32Array.from(new Float64Array(bytes)),
  F32: (bytes) => new Float32Array(bytes),
  F16: (bytes) => halves(new Uint16Array(bytes)),
  BF16: (bytes) => new Float32Array(Uint32Array.from(new Uint16Array(bytes), (bits) => bits << 16).buffer),
}

interface Tensor {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** Bytes after the header. */
  readonly from: number
  readonly to: number
}

/**
 * Returns the tensors of a file by name. Their values are converted when they are asked for. Throws a UserError that
 * begins with `path` if the file is damaged.
 */
export function readSafetensors(bytes: Uint8Array, path: string): ReadonlyMap<string, FileWeight> {
  const refuse = (message: string): never => {
    throw new UserError(`${path}: ${message}`)
  }
  if (bytes.length < LENGTH_BYTES) refuse(`found ${bytes.length} bytes, too few for a safetensors file`)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  const rest = bytes.length - LENGTH_BYTES
  if (length > MOST_HEADER || length > rest) {
    refuse(
      `states a header of ${length} bytes, must be at most ${Math.min(MOST_HEADER, rest)}; this is no safetensors file`,
    )
  }
  const header = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + Number(length))
  const data = bytes.subarray(LENGTH_BYTES + Number(length))
  const tensors = tensorsIn(header, refuse)
  checkPlaces(tensors, data.length, refuse)
  return new Map(
    tensors.map(({ name, dtype, shape, from, to }) => [
      name,
      {
        shape,
        values() {
          const convert = Object.hasOwn(FLOATS, dtype) ? FLOATS[dtype]! : undefined
          if (!convert)
            return refuse(`tensor "${shown(name)}" has type ${dtype}, must be one of ${Object.keys(FLOATS).join(', ')}`)
          return convert(Uint8Array.from(data.subarray(from, to)).buffer)
        },
      },
    ]),
  )
}

type Refuse = (message: string) => never

function tensorsIn(header: Uint8Array, refuse: Refuse): readonly Tensor[] {
  const decoded = decodeUtf8(header)
  const parsed = 'text' in decoded ? jsonOf(decoded.text) : undefined
  if (!isObject(parsed)) return refuse('its header is not a JSON object; this is no safetensors file')
  const entries = Object.entries(parsed).filter(([name]) => name !== '__metadata__')
  return entries.map(([name, value]) => {
    const { dtype, shape, data_offsets } = isObject(value) ? value : {}
    const tensor = `tensor "${shown(name)}"`
    if (typeof dtype !== 'string' || !Object.hasOwn(BITS, dtype)) return refuse(`${tensor} has no type that is known`)
    if (!isCounts(shape)) return refuse(`${tensor} has no shape: a list of whole numbers`)
    if (!isCounts(data_offsets) || data_offsets.length !== 2) return refuse(`${tensor} has no two data_offsets`)
    const [from, to] = data_offsets as [number, number]
    const bits = sizeOf(shape) * BITS[dtype]!
    if (bits !== (to - from) * 8) {
      return refuse(`${tensor} has ${to - from} bytes, must have ${bits / 8} for its shape and type`)
    }
    return { name, dtype, shape, from, to }
  })
}

/** Checks that the tensors lie side by side and fill the data. */
function checkPlaces(tensors: readonly Tensor[], size: number, refuse: Refuse): void {
  let end = 0
  for (const { name, from, to } of tensors.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < end) refuse(`tensor "${shown(name)}" begins at byte ${from}, within another one`)
    if (from > end) refuse(`bytes ${end} to ${from} belong to no tensor`)
    end = to
  }
  if (end !== size) refuse(`has ${size} bytes of values, must have ${end}; the file is damaged`)
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0)

const MOST_SHOWN = 60
const shown = (name: string): string => cutTo(MOST_SHOWN, name)
