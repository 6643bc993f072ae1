// SIMD kernels between the operators of a step, over values in blocks of channels, in AssemblyScript: `npm run build`
// compiles them to generated/sections.wasm. Pointers are byte addresses aligned to 16.

/** out = dy where y is above 0, and 0 elsewhere, for `planes` of so many bytes, a multiple of 32. */
export function relu_gradient(out: usize, dy: usize, y: usize, planes: usize, bytes: usize): void {
  const zero = f32x4.splat(0)
  const end = out + planes * bytes
  while (out < end) {
    const first = v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero)),
      second = v128.and(v128.load(dy, 16), f32x4.gt(v128.load(y, 16), zero))
    v128.store(out, first)
    v128.store(out, second, 16)
    out += 32
    dy += 32
    y += 32
  }
}

// Gradients of pooling. A plane is [height][width][channels of a block] in memory, and `bytes` are those of the channels,
// a multiple of 32. Planes of dy have an element for each of `rows` by `columns` windows, planes of `out` have `left` and
// `right` more elements beside each row.

/**
 * Max pooling of x: the first of the largest elements of a window takes all of dy, and what several windows give an element
 * is added. `largest` is what the pool gave. A window has `tall` by `wide` elements; window i begins at row
 * `down * i - top` and at column `across * i - before`.
 */
export function max_pool_gradient(
  out: usize,
  dy: usize,
  x: usize,
  largest: usize,
  planes: usize,
  rows: i32,
  columns: i32,
  tall: i32,
  wide: i32,
  down: i32,
  across: i32,
  top: i32,
  before: i32,
  height: i32,
  width: i32,
  left: i32,
  right: i32,
  bytes: i32,
): void {
  const line = width * bytes,
    outLine = (left + width + right) * bytes
  for (let plane: usize = 0; plane < planes; plane++) {
    memory.fill(out, 0, height * outLine)
    for (let row = 0; row < rows; row++) {
      const begin = max(down * row - top, 0),
        end = min(down * row - top + tall, height)
      for (let column = 0; column < columns; column++) {
        const first = max(across * column - before, 0),
          length = (min(across * column - before + wide, width) - first) * bytes
        const from = x + begin * line + first * bytes,
          to = out + begin * outLine + (left + first) * bytes
        for (let at = 0; at < bytes; at += 32) {
          const a = v128.load(largest + at),
            b = v128.load(largest + at, 16)
          let restA = v128.load(dy + at),
            restB = v128.load(dy + at, 16)
          for (let i = 0; i < end - begin; i++) {
            let source = from + i * line + at,
              place = to + i * outLine + at
            const stop = source + length
            while (source < stop) {
              const isA = f32x4.eq(v128.load(source), a),
                isB = f32x4.eq(v128.load(source, 16), b)
              v128.store(place, f32x4.add(v128.load(place), v128.and(restA, isA)))
              v128.store(place, f32x4.add(v128.load(place, 16), v128.and(restB, isB)), 16)
              restA = v128.andnot(restA, isA)
              restB = v128.andnot(restB, isB)
              source += bytes
              place += bytes
            }
          }
        }
        dy += bytes
        largest += bytes
      }
    }
    x += height * line
    out += height * outLine
  }
}

/** The same for windows of two by two elements side by side, in a third of the time. */
export function max_pool_gradient_2x2(
  out: usize,
  dy: usize,
  x: usize,
  planes: i32,
  rows: i32,
  columns: i32,
  height: i32,
  width: i32,
  left: i32,
  right: i32,
  bytes: i32,
): void {
  const line = width * bytes,
    outLine = (left + width + right) * bytes
  const isAllReached = 2 * rows == height && 2 * columns == left + width + right
  for (let plane = 0; plane < planes; plane++) {
    if (!isAllReached) memory.fill(out, 0, height * outLine)
    for (let row = 0; row < rows; row++) {
      let from = x + 2 * row * line,
        to = out + 2 * row * outLine + left * bytes
      for (let column = 0; column < columns; column++) {
        for (let at = 0; at < bytes; at += 16) window_2x2(to + at, dy + at, from + at, bytes, outLine, line)
        from += 2 * bytes
        to += 2 * bytes
        dy += bytes
      }
    }
    x += height * line
    out += height * outLine
  }
}

/** Four channels of a window. */
@inline
function window_2x2(to: usize, dy: usize, from: usize, bytes: usize, outLine: usize, line: usize): void {
  const a = v128.load(from),
    b = v128.load(from + bytes),
    c = v128.load(from + line),
    d = v128.load(from + line + bytes)
  const largest = f32x4.max(f32x4.max(a, b), f32x4.max(c, d))
  const first = f32x4.eq(a, largest),
    second = f32x4.eq(b, largest),
    third = f32x4.eq(c, largest)
  const whole = v128.load(dy)
  const afterFirst = v128.andnot(whole, first),
    afterSecond = v128.andnot(afterFirst, second)
  v128.store(to, v128.and(whole, first))
  v128.store(to + bytes, v128.and(afterFirst, second))
  v128.store(to + outLine, v128.and(afterSecond, third))
  v128.store(to + outLine + bytes, v128.andnot(afterSecond, third))
}

/** Average pooling with windows of `tall` by `wide` elements side by side, each of which takes `share` of dy. */
export function avg_pool_gradient(
  out: usize,
  dy: usize,
  planes: usize,
  rows: usize,
  columns: usize,
  tall: usize,
  wide: usize,
  height: usize,
  width: usize,
  left: usize,
  right: usize,
  bytes: usize,
  share: f32,
): void {
  const outLine = (left + width + right) * bytes
  const isAllReached = tall * rows == height && wide * columns == left + width + right
  const shares = f32x4.splat(share)
  for (let plane: usize = 0; plane < planes; plane++) {
    if (!isAllReached) memory.fill(out, 0, height * outLine)
    for (let row: usize = 0; row < rows; row++) {
      let to = out + row * tall * outLine + left * bytes
      for (let column: usize = 0; column < columns; column++) {
        for (let at: usize = 0; at < bytes; at += 16) {
          const value = f32x4.mul(v128.load(dy + at), shares)
          for (let i: usize = 0; i < tall; i++)
            for (let j: usize = 0; j < wide; j++) v128.store(to + at + i * outLine + j * bytes, value)
        }
        to += wide * bytes
        dy += bytes
      }
    }
    out += height * outLine
  }
}
