// SIMD kernels over the arena, in AssemblyScript: `npm run build` compiles them to generated/kernels.wasm.
// Pointers are byte addresses aligned to 16. Counts are in elements and may be exceeded up to the arrays' padding.

/** out[i] = src[i] / divisor, from bytes to f32. */
export function decode_u8(out: usize, src: usize, count: i32, divisor: f32): void {
  const d = f32x4.splat(divisor)
  const end = out + ((<usize>count) << 2)
  while (out < end) {
    const low = i16x8.extend_low_i8x16_u(v128.load64_zero(src))
    v128.store(out, f32x4.div(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)), d))
    v128.store(out, f32x4.div(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), d), 16)
    out += 32
    src += 8
  }
}

/** f32 out[i] = out[i] / divisor. */
export function divide_f32(out: usize, count: i32, divisor: f32): void {
  const d = f32x4.splat(divisor)
  const end = out + ((<usize>count) << 2)
  while (out < end) {
    v128.store(out, f32x4.div(v128.load(out), d))
    out += 16
  }
}

/** Sets values[i] (f32) to 0 if it is subnormal; NaN stays. */
export function flush_subnormal(values: usize, count: i32): void {
  const smallest = f32x4.splat(1.1754943508222875e-38)
  const end = values + ((<usize>count) << 2)
  while (values < end) {
    const x = v128.load(values)
    v128.store(values, v128.andnot(x, f32x4.lt(f32x4.abs(x), smallest)))
    values += 16
  }
}

/** Elements of a block in `sums_of_softplus`: with 16 numbers per lane of f32, a product of it is below 2^961. */
const SOFTPLUS_BLOCK: usize = 960
/** Bytes that f32 lanes sum before f64 lanes do. */
const SOFTPLUS_GROUP: usize = 256

/**
 * Sums of log(1 + e^x) over blocks of 960 elements of x; the last block may be shorter. Writes two f64 per block: a, the
 * sum of max(0, x), and p. The sum of the block is a + log(1 + p), because log(1 + e^x) = max(0, x) + log(1 + e^-|x|) and
 * one logarithm of a product replaces many. 1 + p is the product of all 1 + e^-|x|; p alone is computed, so that small
 * numbers keep their digits. NaN and infinity reach a.
 *
 * e^-|x| is 2^n e^r with |r| at most log(2) / 2, within 2 units in the last place (the polynomial and the two parts of
 * log(2) are those of Cephes' expf); 0 if |x| is 87 or more. `unit` must be 1. Numbers multiplied by it are constants to
 * us and not to V8, which would make a constant anew in each turn of a loop: that takes a fifth of the time.
 */
export function sums_of_softplus(out: usize, x: usize, count: i32, unit: f32): void {
  const one = f32x4.splat(unit),
    log2e = f32x4.splat(unit * 1.44269504088896341),
    // adding 1.5 2^23 leaves the nearest integer in the lowest bits
    toInteger = f32x4.splat(unit * 12582912),
    high = f32x4.splat(unit * 0.693359375),
    low = f32x4.splat(unit * 2.12194440e-4),
    p0 = f32x4.splat(unit * 1.9875691500e-4),
    p1 = f32x4.splat(unit * 1.3981999507e-3),
    p2 = f32x4.splat(unit * 8.3334519073e-3),
    p3 = f32x4.splat(unit * 4.1665795894e-2),
    p4 = f32x4.splat(unit * 1.6666665459e-1),
    p5 = f32x4.splat(unit * 5.0000001201e-1),
    largest = f32x4.splat(unit * 87),
    zero = f32x4.splat(0)
  const end = x + ((<usize>count) << 2)
  while (x < end) {
    const stop = min(x + (SOFTPLUS_BLOCK << 2), end)
    let sums = f64x2.splat(0),
      products = f64x2.splat(0)
    while (x < stop) {
      let sum = zero,
        product = zero
      const whole = x + SOFTPLUS_GROUP
      if (whole <= stop) {
        while (x < whole) {
          const first = v128.load(x),
            second = v128.load(x, 16)
          const small = exp_minus_abs(first, one, log2e, toInteger, high, low, p0, p1, p2, p3, p4, p5, largest)
          const other = exp_minus_abs(second, one, log2e, toInteger, high, low, p0, p1, p2, p3, p4, p5, largest)
          sum = f32x4.add(f32x4.add(sum, f32x4.pmax(first, zero)), f32x4.pmax(second, zero))
          product = times(times(product, small, one), other, one)
          x += 32
        }
      } else {
        while (x < stop) {
          const value = first_lanes(v128.load(x), <i32>((stop - x) >> 2))
          const small = exp_minus_abs(value, one, log2e, toInteger, high, low, p0, p1, p2, p3, p4, p5, largest)
          sum = f32x4.add(sum, f32x4.pmax(value, zero))
          product = times(product, small, one)
          x += 16
        }
      }
      sums = f64x2.add(sums, f64x2.add(low_f64(sum), high_f64(sum)))
      products = times_f64(times_f64(products, low_f64(product)), high_f64(product))
    }
    const a = f64x2.extract_lane(products, 0),
      b = f64x2.extract_lane(products, 1)
    store<f64>(out, f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1))
    store<f64>(out, a + b + a * b, 8)
    out += 16
  }
}

@inline
function exp_minus_abs(
  x: v128,
  one: v128,
  log2e: v128,
  toInteger: v128,
  high: v128,
  low: v128,
  p0: v128,
  p1: v128,
  p2: v128,
  p3: v128,
  p4: v128,
  p5: v128,
  largest: v128,
): v128 {
  const magnitude = f32x4.abs(x),
    shifted = f32x4.sub(toInteger, f32x4.mul(magnitude, log2e)),
    n = f32x4.sub(shifted, toInteger),
    r = f32x4.sub(f32x4.mul(n, low), f32x4.add(f32x4.mul(n, high), magnitude))
  let p = f32x4.add(f32x4.mul(p0, r), p1)
  p = f32x4.add(f32x4.mul(p, r), p2)
  p = f32x4.add(f32x4.mul(p, r), p3)
  p = f32x4.add(f32x4.mul(p, r), p4)
  p = f32x4.add(f32x4.mul(p, r), p5)
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), one)
  return v128.and(i32x4.add(p, i32x4.shl(shifted, 23)), f32x4.lt(magnitude, largest))
}

/** The first `lanes` of x, and minus infinity, whose softplus is 0. */
@inline
function first_lanes(x: v128, lanes: i32): v128 {
  return v128.bitselect(x, f32x4.splat(-Infinity), i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes)))
}

/** (1 + p) (1 + t) - 1 */
@inline
function times(p: v128, t: v128, one: v128): v128 {
  return f32x4.add(f32x4.mul(p, f32x4.add(t, one)), t)
}

@inline
function times_f64(p: v128, t: v128): v128 {
  return f64x2.add(f64x2.mul(p, f64x2.add(t, f64x2.splat(1))), t)
}

@inline
function low_f64(x: v128): v128 {
  return f64x2.promote_low_f32x4(x)
}

@inline
function high_f64(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3))
}

/**
 * Dropout mask by Philox4x32-10 as defined in base/philox.ts: a block gives eight elements of 16 bits, and an element
 * below the threshold is dropped. `first` is the index of the first element's block.
 */
export function dropout_mask(
  out: usize,
  count: i32,
  first: u32,
  seed: u32,
  purpose: u32,
  stream: u32,
  step: u32,
  threshold: u32,
  scale: f32,
): void {
  const t = i16x8.splat(<i16>threshold),
    keep = f32x4.splat(scale)
  const end = out + ((<usize>count) << 2)
  while (out < end) {
    four_blocks(out, first, seed, purpose, stream, step)
    const a = v128.load(out),
      b = v128.load(out, 16),
      c = v128.load(out, 32),
      d = v128.load(out, 48)
    store_mask(out, a, t, keep)
    store_mask(out + 32, b, t, keep)
    store_mask(out + 64, c, t, keep)
    store_mask(out + 96, d, t, keep)
    out += 128
    first += 4
  }
}

/**
 * Uniform f32 in [0, 1) as defined in base/philox.ts: the low 23 bits of each word. `first` is the index of the first
 * block.
 */
export function uniforms(
  out: usize,
  count: i32,
  first: u32,
  seed: u32,
  purpose: u32,
  stream: u32,
  step: u32,
): void {
  const end = out + ((<usize>count) << 2)
  while (out < end) {
    four_blocks(out, first, seed, purpose, stream, step)
    store_uniform(out)
    store_uniform(out + 16)
    store_uniform(out + 32)
    store_uniform(out + 48)
    out += 64
    first += 4
  }
}

/**
 * Uniform f32 of 16 bits each as defined in base/philox.ts: (half + 1/2) 2^-16. `first` is the index of the first
 * block.
 */
export function coarse_uniforms(
  out: usize,
  count: i32,
  first: u32,
  seed: u32,
  purpose: u32,
  stream: u32,
  step: u32,
): void {
  const end = out + ((<usize>count) << 2)
  while (out < end) {
    four_blocks(out, first, seed, purpose, stream, step)
    const a = v128.load(out),
      b = v128.load(out, 16),
      c = v128.load(out, 32),
      d = v128.load(out, 48)
    store_coarse(out, a)
    store_coarse(out + 32, b)
    store_coarse(out + 64, c)
    store_coarse(out + 96, d)
    out += 128
    first += 4
  }
}

/** Writes the sixteen words of four consecutive blocks to `out`. The blocks are computed side by side, one per lane. */
@inline
function four_blocks(out: usize, first: u32, seed: u32, purpose: u32, stream: u32, step: u32): void {
  const M0 = i32x4.splat(<i32>0xd2511f53),
    M1 = i32x4.splat(<i32>0xcd9e8d57)
  const W0 = i32x4.splat(<i32>0x9e3779b9),
    W1 = i32x4.splat(<i32>0xbb67ae85)
  let x0 = i32x4.add(i32x4.splat(<i32>first), i32x4(0, 1, 2, 3)),
    x1 = i32x4.splat(0),
    x2 = i32x4.splat(<i32>stream),
    x3 = i32x4.splat(<i32>step)
  let a = i32x4.splat(<i32>seed),
    b = i32x4.splat(<i32>purpose)
  for (let round = 0; round < 10; round++) {
    const p0l = i64x2.extmul_low_i32x4_u(x0, M0),
      p0h = i64x2.extmul_high_i32x4_u(x0, M0)
    const p1l = i64x2.extmul_low_i32x4_u(x2, M1),
      p1h = i64x2.extmul_high_i32x4_u(x2, M1)
    const high0 = v128.shuffle<i32>(p0l, p0h, 1, 3, 5, 7),
      low0 = v128.shuffle<i32>(p0l, p0h, 0, 2, 4, 6)
    const high1 = v128.shuffle<i32>(p1l, p1h, 1, 3, 5, 7),
      low1 = v128.shuffle<i32>(p1l, p1h, 0, 2, 4, 6)
    x0 = v128.xor(v128.xor(high1, x1), a)
    x1 = low1
    x2 = v128.xor(v128.xor(high0, x3), b)
    x3 = low0
    a = i32x4.add(a, W0)
    b = i32x4.add(b, W1)
  }
  const a01 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5),
    b01 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7)
  const a23 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5),
    b23 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7)
  v128.store(out, v128.shuffle<i32>(a01, a23, 0, 1, 4, 5))
  v128.store(out, v128.shuffle<i32>(a01, a23, 2, 3, 6, 7), 16)
  v128.store(out, v128.shuffle<i32>(b01, b23, 0, 1, 4, 5), 32)
  v128.store(out, v128.shuffle<i32>(b01, b23, 2, 3, 6, 7), 48)
}

/** Converts four words to uniform numbers in place. */
@inline
function store_uniform(out: usize): void {
  const bits = v128.and(v128.load(out), i32x4.splat(0x7fffff))
  v128.store(out, f32x4.mul(f32x4.convert_i32x4_u(bits), f32x4.splat(1.1920928955078125e-7)))
}

/** Writes eight numbers made of the words of one block. */
@inline
function store_coarse(out: usize, words: v128): void {
  v128.store(out, middle(i32x4.extend_low_i16x8_u(words)))
  v128.store(out, middle(i32x4.extend_high_i16x8_u(words)), 16)
}

@inline
function middle(halves: v128): v128 {
  return f32x4.mul(f32x4.add(f32x4.convert_i32x4_u(halves), f32x4.splat(0.5)), f32x4.splat(1.52587890625e-5))
}

/** Writes eight elements of a mask made of the words of one block. */
@inline
function store_mask(out: usize, words: v128, threshold: v128, keep: v128): void {
  const kept = i16x8.ge_u(words, threshold)
  v128.store(out, v128.and(i32x4.extend_low_i16x8_s(kept), keep))
  v128.store(out, v128.and(i32x4.extend_high_i16x8_s(kept), keep), 16)
}
