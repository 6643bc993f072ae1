/** Encodes a picture as a PNG file. */
import { encode } from 'fast-png'
import type { Image } from './image.js'

export const pngOf = ({ width, height, channels, data }: Image): Uint8Array =>
  encode({ width, height, channels, data }, { zlib: { level: 9 } })
