// SIMD kernels that move pixels, in AssemblyScript: `npm run build` compiles them to generated/sampler.wasm.
// Numbers are f32, and pointers byte addresses. A framed picture has a border of one pixel on each side. A place is a
// coordinate of a pixel, from the centre of the first one. Behind a framed picture and behind a result are 12 bytes that
// may be read or written.

/** Writes a x + b y + c for each pixel, row by row. */
export function fill_places(places: usize, height: i32, width: i32, a: f32, b: f32, c: f32): void {
  let to = places
  for (let y = 0; y < height; y++) {
    const down = b * <f32>y
    for (let x = 0; x < width; x++, to += 4) store<f32>(to, a * <f32>x + down + c)
  }
}

/** Divides the places of each pixel by c0 x + c1 y + 1. A place at infinity is outside of the picture. */
export function divide_places(x: usize, y: usize, height: i32, width: i32, c0: f32, c1: f32): void {
  let at: usize = 0
  for (let row = 0; row < height; row++) {
    const down = c1 * <f32>row
    for (let column = 0; column < width; column++, at += 4) {
      const k = c0 * <f32>column + down + 1
      store<f32>(x + at, k == 0 ? -2 : load<f32>(x + at) / k)
      store<f32>(y + at, k == 0 ? -2 : load<f32>(y + at) / k)
    }
  }
}

// Each of these brings places outside of an axis of `size` pixels inside, or at most one pixel outside.

/** A place outside becomes one in the border. */
export function fold_constant(places: usize, count: i32, size: i32): void {
  clamp(places, count, -1, <f32>size)
}

export function fold_nearest(places: usize, count: i32, size: i32): void {
  clamp(places, count, 0, <f32>(size - 1))
}

function clamp(places: usize, count: i32, least: f32, largest: f32): void {
  const end = places + ((<usize>count) << 2)
  for (let at = places; at < end; at += 4) store<f32>(at, max(least, min(largest, load<f32>(at))))
}

/** d c b a | a b c d | d c b a (`MapCoordinate` in tensorflow/core/kernels/image/image_ops.h) */
export function fold_reflect(places: usize, count: i32, size: i32): void {
  const last = <f32>(size - 1),
    length = <f32>size,
    period = <f32>size * 2,
    end = places + ((<usize>count) << 2)
  for (let at = places; at < end; at += 4) {
    let place = load<f32>(at)
    if (place >= 0 && place <= last) continue
    if (place < 0) {
      place = period * trunc(-place / period) + place
      place = place < -length ? place + period : -place - 1
    } else {
      place -= period * trunc(place / period)
      if (place >= length) place = period - place - 1
    }
    store<f32>(at, max<f32>(0, min(last, place)))
  }
}

/** a b c d | a b c d | a b c d, as there: between d and a is nothing. */
export function fold_wrap(places: usize, count: i32, size: i32): void {
  const last = <f32>(size - 1),
    length = <f32>size,
    end = places + ((<usize>count) << 2)
  for (let at = places; at < end; at += 4) {
    const place = load<f32>(at)
    if (place >= 0 && place <= last) continue
    let folded: f32 = 0
    if (size > 1) folded = place < 0 ? place + length * (trunc(-place / last) + 1) : place - length * trunc(place / last)
    store<f32>(at, max<f32>(0, min(last, folded)))
  }
}

/** d c b | a b c d | d c b a (`map_coordinates` of Keras on TensorFlow) */
export function fold_mirror(places: usize, count: i32, size: i32): void {
  const last = <f32>(size - 1),
    period = <f32>size * 2,
    end = places + ((<usize>count) << 2)
  for (let at = places; at < end; at += 4) {
    const place = abs(load<f32>(at)),
      within = place - period * floor(place / period)
    store<f32>(at, within <= last ? within : max<f32>(0, min(last, period - 1 - within)))
  }
}

/** a b c d | a b c d | a b c d, as there: between d and a are the values between d and a. */
export function fold_cycle(places: usize, count: i32, size: i32): void {
  const length = <f32>size,
    end = places + ((<usize>count) << 2)
  for (let at = places; at < end; at += 4) {
    const place = load<f32>(at)
    store<f32>(at, max<f32>(0, min(length, place - length * floor(place / length))))
  }
}

/** Copies a picture into a frame of one value. */
export function frame(framed: usize, picture: usize, height: i32, width: i32, channels: i32, value: f32): void {
  const row = (<usize>(width * channels)) << 2,
    side = (<usize>channels) << 2,
    line = row + 2 * side
  fill(framed, line, value)
  let to = framed + line,
    from = picture
  for (let y = 0; y < height; y++, to += line, from += row) {
    fill(to, side, value)
    memory.copy(to + side, from, row)
    fill(to + side + row, side, value)
  }
  fill(to, line, value)
}

function fill(from: usize, bytes: usize, value: f32): void {
  for (let at = from; at < from + bytes; at += 4) store<f32>(at, value)
}

/** Makes the border of a framed picture the pixels of the opposite side. */
export function wrap_frame(framed: usize, height: i32, width: i32, channels: i32): void {
  const side = (<usize>channels) << 2,
    row = <usize>width * side,
    line = row + 2 * side
  for (let y = 1; y <= height; y++) {
    const at = framed + <usize>y * line
    memory.copy(at, at + row, side)
    memory.copy(at + row + side, at + side, side)
  }
  memory.copy(framed, framed + <usize>height * line, line)
  memory.copy(framed + <usize>(height + 1) * line, framed + line, line)
}

/** Samples a framed picture bilinearly, four channels at once; what is written beyond a pixel is written again. */
export function bilinear(
  out: usize,
  framed: usize,
  x: usize,
  y: usize,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const side = (<usize>channels) << 2,
    line = <usize>(width + 2) * side,
    last = <f32>(width - 1),
    bottom = <f32>(height - 1)
  let to = out
  for (let pixel = 0; pixel < count; pixel++, x += 4, y += 4, to += side) {
    const column = load<f32>(x),
      row = load<f32>(y),
      left = min(floor(column), last),
      top = min(floor(row), bottom),
      a = column - left,
      b = row - top,
      at = framed + <usize>(<i32>top + 1) * line + <usize>(<i32>left + 1) * side,
      far = f32x4.splat(a),
      near = f32x4.splat(1 - a),
      lower = f32x4.splat(b),
      upper = f32x4.splat(1 - b)
    for (let channel: usize = 0; channel < side; channel += 16) {
      const above = at + channel,
        below = above + line,
        first = f32x4.add(f32x4.mul(near, v128.load(above)), f32x4.mul(far, v128.load(above + side))),
        second = f32x4.add(f32x4.mul(near, v128.load(below)), f32x4.mul(far, v128.load(below + side)))
      v128.store(to + channel, f32x4.add(f32x4.mul(upper, first), f32x4.mul(lower, second)))
    }
  }
}

/** Samples the nearest pixels of a framed picture. Halves are rounded away from 0, as in C. */
export function nearest(
  out: usize,
  framed: usize,
  x: usize,
  y: usize,
  count: i32,
  width: i32,
  channels: i32,
): void {
  const side = (<usize>channels) << 2,
    line = <usize>(width + 2) * side
  let to = out
  for (let pixel = 0; pixel < count; pixel++, x += 4, y += 4, to += side) {
    const at = framed + <usize>(rounded(load<f32>(y)) + 1) * line + <usize>(rounded(load<f32>(x)) + 1) * side
    for (let channel: usize = 0; channel < side; channel += 4) store<f32>(to + channel, load<f32>(at + channel))
  }
}

function rounded(value: f32): i32 {
  const wide = <f64>value
  return <i32>(wide < 0 ? ceil(wide - 0.5) : floor(wide + 0.5))
}
