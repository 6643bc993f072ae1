/**
 * The 64-bit hashes of TensorFlow that Keras' layers use: FarmHash (https://github.com/google/farmhash, `farmhashna`),
 * SipHash-2-4 (Aumasson and Bernstein, 2012), and the joining of two hashes (tensorflow/core/platform/fingerprint.h).
 */

const K0 = 0xc3a5c85c97cb3127n
const K1 = 0xb492b66fbe98f273n
const K2 = 0x9ae16a3b2f90404fn
const MASK = 0xffffffffffffffffn

const cut = (value: bigint): bigint => value & MASK
const times = (a: bigint, b: bigint): bigint => (a * b) & MASK
const left = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK
const right = (value: bigint, bits: bigint): bigint => left(value, 64n - bits)
const mix = (value: bigint): bigint => value ^ (value >> 47n)

/** `Fingerprint64` of bytes. */
export function farmHash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { length } = bytes
  if (length <= 16) return upTo16(view)
  if (length <= 32) return upTo32(view)
  return length <= 64 ? upTo64(view) : longer(view)
}

const word = (view: DataView, at: number): bigint => view.getBigUint64(at, true)

function joined(u: bigint, v: bigint, mul: bigint): bigint {
  const a = mix(times(u ^ v, mul))
  return times(mix(times(v ^ a, mul)), mul)
}

const factorOf = ({ byteLength }: DataView): bigint => cut(K2 + 2n * BigInt(byteLength))

function upTo16(view: DataView): bigint {
  const length = view.byteLength
  if (length >= 8) {
    const mul = factorOf(view)
    const a = cut(word(view, 0) + K2)
    const b = word(view, length - 8)
    return joined(cut(times(right(b, 37n), mul) + a), times(cut(right(a, 25n) + b), mul), mul)
  }
  if (length >= 4) {
    const a = BigInt(view.getUint32(0, true))
    return joined(BigInt(length) + (a << 3n), BigInt(view.getUint32(length - 4, true)), factorOf(view))
  }
  if (length === 0) return K2
  const y = BigInt(view.getUint8(0) + (view.getUint8(length >> 1) << 8))
  const z = BigInt(length + (view.getUint8(length - 1) << 2))
  return times(mix(times(y, K2) ^ times(z, K0)), K2)
}

const upTo32 = (view: DataView): bigint => mixedEnds(view, K1).z

function upTo64(view: DataView): bigint {
  const length = view.byteLength
  const mul = factorOf(view)
  const { a, y, z } = mixedEnds(view, K2)
  const e = times(word(view, 16), mul)
  const f = word(view, 24)
  const g = times(cut(y + word(view, length - 32)), mul)
  const h = times(cut(z + word(view, length - 24)), mul)
  return joined(cut(right(cut(e + f), 43n) + right(g, 30n) + h), cut(e + right(cut(f + a), 18n) + g), mul)
}

/** Mixes the first 16 bytes, the first word times `factor`, with the last 16. */
function mixedEnds(view: DataView, factor: bigint) {
  const length = view.byteLength
  const mul = factorOf(view)
  const a = times(word(view, 0), factor)
  const b = word(view, 8)
  const c = times(word(view, length - 8), mul)
  const d = times(word(view, length - 16), K2)
  const y = cut(right(cut(a + b), 43n) + right(c, 30n) + d)
  return { a, y, z: joined(y, cut(a + right(cut(b + K2), 18n) + c), mul) }
}

type Pair = readonly [bigint, bigint]

interface State {
  readonly x: bigint
  readonly y: bigint
  readonly z: bigint
  readonly v: Pair
  readonly w: Pair
}

function longer(view: DataView): bigint {
  const seed = 81n
  const y = cut(seed * K1 + 113n)
  const z = times(mix(cut(y * K2 + 113n)), K2)
  let state: State = { x: cut(seed * K2 + word(view, 0)), y, z, v: [0n, 0n], w: [0n, 0n] }
  const rest = (view.byteLength - 1) % 64
  const end = view.byteLength - 1 - rest
  for (let at = 0; at < end; at += 64) state = round(view, at, state, K1, 1n)
  const mul = cut(K1 + ((state.z & 0xffn) << 1n))
  const w0 = cut(state.w[0] + BigInt(rest))
  const v0 = cut(state.v[0] + w0)
  const last = { ...state, v: [v0, state.v[1]] as const, w: [cut(w0 + v0), state.w[1]] as const }
  const { x, v, w, ...after } = round(view, end + rest - 63, last, mul, 9n)
  return joined(cut(joined(v[0], w[0], mul) + times(mix(after.y), K0) + after.z), cut(joined(v[1], w[1], mul) + x), mul)
}

/** Mixes 64 bytes into the state. `weight` is 9 in the last round. */
function round(view: DataView, at: number, { x, y, z, v, w }: State, mul: bigint, weight: bigint): State {
  const newX = times(right(cut(x + y + v[0] + word(view, at + 8)), 37n), mul) ^ times(w[1], weight)
  const newY = cut(times(right(cut(y + v[1] + word(view, at + 48)), 42n), mul) + v[0] * weight + word(view, at + 40))
  const newZ = times(right(cut(z + w[0]), 33n), mul)
  return {
    x: newZ,
    y: newY,
    z: newX,
    v: weak(view, at, times(v[1], mul), cut(newX + w[0])),
    w: weak(view, at + 32, cut(newZ + w[1]), cut(newY + word(view, at + 16))),
  }
}

function weak(view: DataView, at: number, first: bigint, second: bigint): Pair {
  const start = cut(first + word(view, at))
  const z = word(view, at + 24)
  const a = cut(start + word(view, at + 8) + word(view, at + 16))
  const b = cut(right(cut(second + start + z), 21n) + right(a, 44n))
  return [cut(a + z), cut(b + start)]
}

/** SipHash-2-4 of bytes with a key of two words. */
export function sipHash64(bytes: Uint8Array, [k0, k1]: Pair): bigint {
  const v: [bigint, bigint, bigint, bigint] = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ]
  // the last word holds the remaining bytes and, in its highest byte, the length
  const padded = new Uint8Array(bytes.length - (bytes.length % 8) + 8)
  padded.set(bytes)
  padded[padded.length - 1] = bytes.length
  const view = new DataView(padded.buffer)
  for (let at = 0; at < padded.length; at += 8) {
    const message = word(view, at)
    v[3] ^= message
    sipRounds(v, 2)
    v[0] ^= message
  }
  v[2] ^= 0xffn
  sipRounds(v, 4)
  return v[0] ^ v[1] ^ v[2] ^ v[3]
}

function sipRounds(v: [bigint, bigint, bigint, bigint], rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    v[0] = cut(v[0] + v[1])
    v[2] = cut(v[2] + v[3])
    v[1] = left(v[1], 13n) ^ v[0]
    v[3] = left(v[3], 16n) ^ v[2]
    v[0] = left(v[0], 32n)
    v[2] = cut(v[2] + v[1])
    v[0] = cut(v[0] + v[3])
    v[1] = left(v[1], 17n) ^ v[2]
    v[3] = left(v[3], 21n) ^ v[0]
    v[2] = left(v[2], 32n)
  }
}

const CAT = 0xc6a4a7935bd1e995n

/** `FingerprintCat64`: the hash of two hashes. */
export function joinedHash(first: bigint, second: bigint): bigint {
  const result = times(first ^ CAT ^ times(mix(times(second, CAT)), CAT), CAT)
  return mix(times(mix(result), CAT))
}
