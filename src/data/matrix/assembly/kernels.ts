// SIMD kernels for matrices of f64, in AssemblyScript: `npm run build` compiles them to generated/matrix.wasm.
// Pointers are byte addresses aligned to 16. A row has `stride` elements, a multiple of 8; those after its width are 0.

/** Adds to the upper triangle of `products` the products of all pairs of elements of each row, row after row. */
export function add_products(products: usize, rows: usize, count: i32, stride: i32): void {
  const pitch = (<usize>stride) << 3
  for (let i = 0; i < stride; i += 2) {
    const first = products + <usize>i * pitch,
      second = first + pitch
    for (let j = i & ~7; j < stride; j += 8) {
      const column = (<usize>j) << 3
      let a0 = v128.load(first + column),
        a1 = v128.load(first + column, 16),
        a2 = v128.load(first + column, 32),
        a3 = v128.load(first + column, 48),
        b0 = v128.load(second + column),
        b1 = v128.load(second + column, 16),
        b2 = v128.load(second + column, 32),
        b3 = v128.load(second + column, 48)
      let row = rows
      for (let r = 0; r < count; r++) {
        const own = row + ((<usize>i) << 3),
          x = v128.load64_splat(own),
          y = v128.load64_splat(own, 8),
          v0 = v128.load(row + column),
          v1 = v128.load(row + column, 16),
          v2 = v128.load(row + column, 32),
          v3 = v128.load(row + column, 48)
        a0 = f64x2.add(a0, f64x2.mul(x, v0))
        a1 = f64x2.add(a1, f64x2.mul(x, v1))
        a2 = f64x2.add(a2, f64x2.mul(x, v2))
        a3 = f64x2.add(a3, f64x2.mul(x, v3))
        b0 = f64x2.add(b0, f64x2.mul(y, v0))
        b1 = f64x2.add(b1, f64x2.mul(y, v1))
        b2 = f64x2.add(b2, f64x2.mul(y, v2))
        b3 = f64x2.add(b3, f64x2.mul(y, v3))
        row += pitch
      }
      v128.store(first + column, a0)
      v128.store(first + column, a1, 16)
      v128.store(first + column, a2, 32)
      v128.store(first + column, a3, 48)
      v128.store(second + column, b0)
      v128.store(second + column, b1, 16)
      v128.store(second + column, b2, 32)
      v128.store(second + column, b3, 48)
    }
  }
}

/** out = rows times matrix; the number of rows is even, and the matrix has `width` rows. */
export function multiply(out: usize, rows: usize, matrix: usize, count: i32, width: i32, stride: i32): void {
  const pitch = (<usize>stride) << 3
  for (let j = 0; j < stride; j += 8) {
    const column = (<usize>j) << 3
    for (let r = 0; r < count; r += 2) {
      let a0 = f64x2.splat(0),
        a1 = f64x2.splat(0),
        a2 = f64x2.splat(0),
        a3 = f64x2.splat(0),
        b0 = f64x2.splat(0),
        b1 = f64x2.splat(0),
        b2 = f64x2.splat(0),
        b3 = f64x2.splat(0)
      let first = rows + <usize>r * pitch,
        factors = matrix + column
      const end = first + ((<usize>width) << 3)
      while (first < end) {
        const x = v128.load64_splat(first),
          y = v128.load64_splat(first + pitch),
          v0 = v128.load(factors),
          v1 = v128.load(factors, 16),
          v2 = v128.load(factors, 32),
          v3 = v128.load(factors, 48)
        a0 = f64x2.add(a0, f64x2.mul(x, v0))
        a1 = f64x2.add(a1, f64x2.mul(x, v1))
        a2 = f64x2.add(a2, f64x2.mul(x, v2))
        a3 = f64x2.add(a3, f64x2.mul(x, v3))
        b0 = f64x2.add(b0, f64x2.mul(y, v0))
        b1 = f64x2.add(b1, f64x2.mul(y, v1))
        b2 = f64x2.add(b2, f64x2.mul(y, v2))
        b3 = f64x2.add(b3, f64x2.mul(y, v3))
        first += 8
        factors += pitch
      }
      const to = out + <usize>r * pitch + column
      v128.store(to, a0)
      v128.store(to, a1, 16)
      v128.store(to, a2, 32)
      v128.store(to, a3, 48)
      v128.store(to + pitch, b0)
      v128.store(to + pitch, b1, 16)
      v128.store(to + pitch, b2, 32)
      v128.store(to + pitch, b3, 48)
    }
  }
}

/** The sum of a[k] b[k] for k < count. */
function dot(a: usize, b: usize, count: i32): f64 {
  let s0 = f64x2.splat(0),
    s1 = f64x2.splat(0)
  const end = a + ((<usize>(count & ~3)) << 3)
  while (a < end) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(a), v128.load(b)))
    s1 = f64x2.add(s1, f64x2.mul(v128.load(a, 16), v128.load(b, 16)))
    a += 32
    b += 32
  }
  const s = f64x2.add(s0, s1)
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1)
  for (let k = count & ~3; k < count; k++) {
    sum += load<f64>(a) * load<f64>(b)
    a += 8
    b += 8
  }
  return sum
}

/** out[k] += x a[k] for k < count. */
function add_scaled(out: usize, a: usize, x: f64, count: i32): void {
  const xx = f64x2.splat(x)
  const end = out + ((<usize>(count & ~1)) << 3)
  while (out < end) {
    v128.store(out, f64x2.add(v128.load(out), f64x2.mul(xx, v128.load(a))))
    out += 16
    a += 16
  }
  if (count & 1) store<f64>(out, load<f64>(out) + x * load<f64>(a))
}

/** out[k] += x a[k], and returns the sum of a[k] b[k], for k < count. */
function add_and_dot(out: usize, a: usize, x: f64, b: usize, count: i32): f64 {
  const xx = f64x2.splat(x)
  let s = f64x2.splat(0)
  const end = out + ((<usize>(count & ~1)) << 3)
  while (out < end) {
    const v = v128.load(a)
    v128.store(out, f64x2.add(v128.load(out), f64x2.mul(xx, v)))
    s = f64x2.add(s, f64x2.mul(v, v128.load(b)))
    out += 16
    a += 16
    b += 16
  }
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1)
  if (count & 1) {
    const v = load<f64>(a)
    store<f64>(out, load<f64>(out) + x * v)
    sum += v * load<f64>(b)
  }
  return sum
}

/** out[k] -= x a[k] + y b[k] for k < count. */
function subtract_two(out: usize, a: usize, x: f64, b: usize, y: f64, count: i32): void {
  const xx = f64x2.splat(x),
    yy = f64x2.splat(y)
  const end = out + ((<usize>(count & ~1)) << 3)
  while (out < end) {
    const both = f64x2.add(f64x2.mul(xx, v128.load(a)), f64x2.mul(yy, v128.load(b)))
    v128.store(out, f64x2.sub(v128.load(out), both))
    out += 16
    a += 16
    b += 16
  }
  if (count & 1) store<f64>(out, load<f64>(out) - x * load<f64>(a) - y * load<f64>(b))
}

/**
 * Reflects the lower triangle of a symmetric matrix to a tridiagonal one, from the last row on (Householder). Writes its
 * diagonal, the elements before the diagonal, and half the squared length of each reflection's vector, which stays in
 * its row. `room` is for a row.
 */
export function tridiagonalize(
  matrix: usize,
  diagonal: usize,
  before: usize,
  halves: usize,
  room: usize,
  width: i32,
  stride: i32,
): void {
  const pitch = (<usize>stride) << 3
  store<f64>(before, 0)
  store<f64>(halves, 0)
  for (let i = width - 1; i > 0; i--) {
    const u = matrix + <usize>i * pitch,
      place = (<usize>i) << 3
    store<f64>(diagonal + place, load<f64>(u + place))
    const last = load<f64>(u + place - 8),
      rest = dot(u, u, i - 1)
    if (rest == 0) {
      store<f64>(before + place, last)
      store<f64>(halves + place, 0)
      continue
    }
    const length = Math.sqrt(rest + last * last),
      to = last > 0 ? -length : length,
      half = rest + last * last - last * to
    store<f64>(before + place, to)
    store<f64>(halves + place, half)
    store<f64>(u + place - 8, last - to)
    memory.fill(room, 0, place)
    for (let j = 0; j < i; j++) {
      const at = (<usize>j) << 3,
        row = matrix + <usize>j * pitch,
        x = load<f64>(u + at)
      const sum = add_and_dot(room, row, x, u, j)
      store<f64>(room + at, load<f64>(room + at) + sum + load<f64>(row + at) * x)
    }
    const share = dot(room, u, i) / (2 * half)
    for (let at: usize = 0; at < place; at += 8) {
      store<f64>(room + at, (load<f64>(room + at) - share * load<f64>(u + at)) / half)
    }
    for (let j = 0; j < i; j++) {
      const at = (<usize>j) << 3
      subtract_two(matrix + <usize>j * pitch, room, load<f64>(u + at), u, load<f64>(room + at), j + 1)
    }
  }
  store<f64>(diagonal, load<f64>(matrix))
}

/** Multiplies the reflections: row j of `vectors`, at first of the identity, becomes column j of their product. */
export function accumulate(vectors: usize, matrix: usize, halves: usize, width: i32, stride: i32): void {
  const pitch = (<usize>stride) << 3
  for (let i = 1; i < width; i++) {
    const u = matrix + <usize>i * pitch,
      half = load<f64>(halves + ((<usize>i) << 3))
    if (half == 0) continue
    for (let j = 0; j < i; j++) {
      const row = vectors + <usize>j * pitch
      add_scaled(row, u, -dot(row, u, i) / half, i)
    }
  }
}

/**
 * Turns pairs of rows, sweep after sweep: of each, the pairs (i, i + 1) from the first i down to the last. `bounds` has
 * these two (i32), `turns` a cosine and a sine for each pair.
 */
export function rotate(vectors: usize, bounds: usize, turns: usize, sweeps: i32, stride: i32): void {
  const pitch = (<usize>stride) << 3
  for (let column: usize = 0; column < pitch; column += 64) {
    let turn = turns
    for (let sweep = 0; sweep < sweeps; sweep++) {
      const first = load<i32>(bounds + ((<usize>sweep) << 3)),
        last = load<i32>(bounds + ((<usize>sweep) << 3), 4)
      let row = vectors + <usize>(first + 1) * pitch + column,
        a0 = v128.load(row),
        a1 = v128.load(row, 16),
        a2 = v128.load(row, 32),
        a3 = v128.load(row, 48)
      for (let i = first; i >= last; i--) {
        const c = v128.load64_splat(turn),
          s = v128.load64_splat(turn, 8),
          above = row - pitch,
          b0 = v128.load(above),
          b1 = v128.load(above, 16),
          b2 = v128.load(above, 32),
          b3 = v128.load(above, 48)
        v128.store(row, f64x2.add(f64x2.mul(s, b0), f64x2.mul(c, a0)))
        v128.store(row, f64x2.add(f64x2.mul(s, b1), f64x2.mul(c, a1)), 16)
        v128.store(row, f64x2.add(f64x2.mul(s, b2), f64x2.mul(c, a2)), 32)
        v128.store(row, f64x2.add(f64x2.mul(s, b3), f64x2.mul(c, a3)), 48)
        a0 = f64x2.sub(f64x2.mul(c, b0), f64x2.mul(s, a0))
        a1 = f64x2.sub(f64x2.mul(c, b1), f64x2.mul(s, a1))
        a2 = f64x2.sub(f64x2.mul(c, b2), f64x2.mul(s, a2))
        a3 = f64x2.sub(f64x2.mul(c, b3), f64x2.mul(s, a3))
        row = above
        turn += 16
      }
      v128.store(row, a0)
      v128.store(row, a1, 16)
      v128.store(row, a2, 32)
      v128.store(row, a3, 48)
    }
  }
}
