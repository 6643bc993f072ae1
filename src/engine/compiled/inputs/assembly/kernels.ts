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
