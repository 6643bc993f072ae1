/** A picture in memory: pixels row by row, each one grey byte, or three bytes for red, green and blue. */

export interface Image {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly data: Uint8Array
}

export type Color = readonly [number] | readonly [number, number, number]

export function filled(width: number, height: number, color: Color): Image {
  const data = new Uint8Array(width * height * color.length)
  for (let at = 0; at < data.length; at++) data[at] = color[at % color.length]!
  return { width, height, channels: color.length, data }
}

/** Fills a rectangle of `image` with a colour, as far as it lies inside the image. */
export function fill(image: Image, left: number, top: number, width: number, height: number, color: Color): void {
  const { channels, data } = image
  for (let y = Math.max(0, top); y < Math.min(image.height, top + height); y++) {
    for (let x = Math.max(0, left); x < Math.min(image.width, left + width); x++) {
      data.set(color, (y * image.width + x) * channels)
    }
  }
}

/** Returns the image with each pixel as a square of `times` by `times` pixels. */
export function enlarged(image: Image, times: number): Image {
  const { width, height, channels, data } = image
  const large = new Uint8Array(data.length * times * times)
  for (let y = 0; y < height * times; y++) {
    for (let x = 0; x < width * times; x++) {
      const from = (Math.floor(y / times) * width + Math.floor(x / times)) * channels
      large.set(data.subarray(from, from + channels), (y * width * times + x) * channels)
    }
  }
  return { width: width * times, height: height * times, channels, data: large }
}

/** By how much to enlarge a picture of this width: as far as it fits into a window of 900 pixels. */
export const zoomFor = (width: number): number => Math.max(1, Math.floor(900 / width))
