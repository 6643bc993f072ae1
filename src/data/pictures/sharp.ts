/** Loads sharp (libvips), which decodes pictures, with settings that give the same results and memory everywhere. */
import type { Sharp, SharpOptions } from 'sharp'

/** Limit on the pixels of a picture, 134 million: more than any camera of today takes at once. */
export const MOST_PIXELS = 2 ** 27

/** Formats that sharp may read. It knows others, such as SVG and PDF, which are programs rather than pictures. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif'].map((format) => `VipsForeignLoad${format}Buffer`)

export type OpenPicture = (bytes: Uint8Array, failOn: NonNullable<SharpOptions['failOn']>) => Sharp

let opening: Promise<OpenPicture> | undefined

/** Returns a function that opens the bytes of a picture. Colour profiles are ignored, as in Keras. */
export function openPictures(): Promise<OpenPicture> {
  opening ??= import('sharp').then(({ default: sharp }) => {
    sharp.block({ operation: ['VipsForeignLoad'] })
    sharp.unblock({ operation: LOADERS })
    // several pictures are decoded at once, each by one thread
    sharp.concurrency(1)
    sharp.cache(false)
    return (bytes, failOn) => sharp(bytes, { failOn, limitInputPixels: MOST_PIXELS, ignoreIcc: true })
  })
  return opening
}
