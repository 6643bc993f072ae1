// SIMD kernels that resize pictures, in AssemblyScript: `npm run build` compiles them to generated/resize.wasm.
// Numbers are f32, and pointers byte addresses. Behind each row are 12 bytes that may be read or written.

/** Makes numbers of bytes, 16 at once; their places are apart, and their count may be rounded up to a multiple of 16. */
export function widen(numbers: usize, bytes: usize, count: i32): void {
  const end = bytes + <usize>count
  for (let from = bytes, to = numbers; from < end; from += 16, to += 64) {
    const all = v128.load(from),
      low = i16x8.extend_low_i8x16_u(all),
      high = i16x8.extend_high_i8x16_u(all)
    v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)))
    v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), 16)
    v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), 32)
    v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), 48)
  }
}

/** Makes bytes of numbers, 16 at once, rounded to even and brought between 0 and 255; as `widen` the other way. */
export function narrow(bytes: usize, numbers: usize, count: i32): void {
  const end = bytes + <usize>count
  for (let to = bytes, from = numbers; to < end; to += 16, from += 64) {
    const low = i16x8.narrow_i32x4_s(whole(from), whole(from + 16)),
      high = i16x8.narrow_i32x4_s(whole(from + 32), whole(from + 48))
    v128.store(to, i8x16.narrow_i16x8_u(low, high))
  }
}

/** Four numbers, rounded. */
function whole(numbers: usize): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(v128.load(numbers)))
}

/**
 * Resizes a row: pixel x of the result is the sum over k of weight k of x times pixel start of x + k. Each pixel writes over
 * the numbers that the one before it wrote beyond its own.
 */
export function resize_row(
  out: usize,
  row: usize,
  starts: usize,
  weights: usize,
  width: i32,
  count: i32,
  channels: i32,
): void {
  const side = (<usize>channels) << 2,
    end = out + <usize>width * side
  if (count == 2 && channels <= 4) {
    for (; out < end; starts += 4, weights += 8, out += side) {
      const from = row + <usize>load<i32>(starts) * side
      v128.store(out, pair(v128.load32_splat(weights), v128.load32_splat(weights, 4), from, from + side))
    }
    return
  }
  for (; out < end; starts += 4, out += side) {
    const first = row + <usize>load<i32>(starts) * side,
      last = weights + ((<usize>count) << 2)
    for (let channel: usize = 0; channel < side; channel += 16) {
      let sum = f32x4.splat(0),
        from = first + channel
      for (let at = weights; at < last; at += 4, from += side) {
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(at), v128.load(from)))
      }
      v128.store(out + channel, sum)
    }
    weights = last
  }
}

/** The weighted sum of two times four numbers, rounded as those of more. */
function pair(weight: v128, other: v128, at: usize, otherAt: usize): v128 {
  const first = f32x4.add(f32x4.splat(0), f32x4.mul(weight, v128.load(at)))
  return f32x4.add(first, f32x4.mul(other, v128.load(otherAt)))
}

/** Writes the weighted sum of the `count` rows of a ring, of which that with the first weight is `first`. */
export function sum_rows(
  out: usize,
  ring: usize,
  pitch: usize,
  first: i32,
  weights: usize,
  count: i32,
  length: i32,
): void {
  const end = out + ((<usize>length) << 2)
  if (count == 2) {
    const weight = v128.load32_splat(weights),
      other = v128.load32_splat(weights, 4)
    let at = ring + <usize>first * pitch,
      otherAt = ring + <usize>(1 - first) * pitch
    for (; out < end; out += 16, at += 16, otherAt += 16) v128.store(out, pair(weight, other, at, otherAt))
    return
  }
  for (; out < end; out += 16, ring += 16) {
    let sum = f32x4.splat(0),
      slot = first
    for (let k: usize = 0; k < <usize>count; k++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights + (k << 2)), v128.load(ring + <usize>slot * pitch)))
      if (++slot == count) slot = 0
    }
    v128.store(out, sum)
  }
}
