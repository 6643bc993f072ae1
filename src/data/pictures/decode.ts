/** Decodes pictures in files to pixels. */
import type { Sharp } from 'sharp'
import type { PictureShape } from '../augment/augmentation.js'
import { decodeBmp } from './bmp.js'
import { fromInks, type GivenChannels, type Samples, withChannels } from './channels.js'
import type { FilePixels, Problem } from './file-pixels.js'
import { formatOf, type PictureFormat } from './format.js'
import { beside, byItself } from './gate.js'
import { jpegFacts, type PictureFacts } from './jpeg-facts.js'
import { MOST_PIXELS, type OpenPicture, openPictures } from './sharp.js'

export interface DecodedPicture {
  readonly shape: PictureShape
  /** 16 bits in each channel are numbers from 0 to 65535. */
  readonly samples: Samples
  /** True if it was turned as its EXIF orientation says. */
  readonly turned: boolean
}

/**
 * A picture that was refused is decoded `again`, alone: to learn the reason, and because some warnings are harmless. After
 * `one` attempt the reason is not known.
 */
export type Attempts = 'one' | 'again'

/**
 * Decodes a picture to grey, RGB or RGBA. Colours become grey by 0.299, 0.587 and 0.114; opacity that is not asked for
 * is dropped, as in Keras. An animation gives its first picture.
 */
export async function decodePicture(
  bytes: Uint8Array,
  channels: 1 | 3 | 4,
  attempts: Attempts = 'again',
): Promise<DecodedPicture | Problem> {
  const format = formatOf(bytes)
  if (typeof format === 'object') return format
  const found = format === 'bmp' ? decodeBmp(bytes) : await decoded(bytes, format, attempts)
  if ('problem' in found) return found
  const { width, height, given, samples, turned } = found
  return {
    shape: [height, width, channels],
    samples: withChannels(samples, given, channels, format === 'jpeg'),
    turned,
  }
}

async function decoded(bytes: Uint8Array, format: PictureFormat, attempts: Attempts): Promise<FilePixels | Problem> {
  const open = await openPictures()
  try {
    return await beside(() => pixelsOf(bytes, open, 'warning'))
  } catch {
    if (attempts === 'one') return { problem: 'is damaged' }
    // messages of libvips are those of all its threads, so they belong to this file only if it is decoded alone
    return byItself(() => decodedAgain(bytes, open, format))
  }
}

async function decodedAgain(
  bytes: Uint8Array,
  open: OpenPicture,
  format: PictureFormat,
): Promise<FilePixels | Problem> {
  let problem = ''
  for (const failOn of ['warning', 'error'] as const) {
    try {
      const pixels = await pixelsOf(bytes, open, failOn)
      if (failOn === 'warning' || HARMLESS.test(problem)) return pixels
    } catch (error) {
      problem += `${messageOf(error)}\n`
    }
  }
  return { problem: wordsOf(problem, bytes, format) }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Warnings of libjpeg about files of many cameras, whose pixels are whole. */
const HARMLESS = /extraneous bytes before marker|Invalid SOS parameters/

async function pixelsOf(bytes: Uint8Array, open: OpenPicture, failOn: 'warning' | 'error'): Promise<FilePixels> {
  const about = jpegFacts(bytes) ?? (await open(bytes, failOn).metadata())
  const isDeep = about.depth === 'ushort'
  const { data, info } = await inSpace(open(bytes, failOn).autoOrient(), about)
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const turned = (about.orientation ?? 1) > 1
  if (about.space === 'cmyk') return { width, height, given: 3, samples: fromInks(data), turned }
  const samples = isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data
  return { width, height, given: info.channels as GivenChannels, samples, turned }
}

/** Keeps grey pixels, 16 bits and inks as they are. */
function inSpace(picture: Sharp, { space, depth, hasAlpha }: PictureFacts): Sharp {
  if (space === 'cmyk') return picture.pipelineColourspace('cmyk').toColourspace('cmyk')
  if (depth === 'ushort') return picture.toColourspace(space === 'grey16' && !hasAlpha ? 'grey16' : 'rgb16')
  return space === 'b-w' && !hasAlpha ? picture.toColourspace('b-w') : picture
}

function wordsOf(message: string, bytes: Uint8Array, format: PictureFormat): string {
  if (/pixel limit/i.test(message)) return `has more than ${MOST_PIXELS.toLocaleString('en')} pixels`
  const reason = message
    .split('\n')
    .map((line) =>
      line
        .replace(/^Input buffer has corrupt header:\s*/, '')
        .replace(/^\w+:\s*/, '')
        .replace(/:\s*$/, ''),
    )
    .find((line) => line.trim() !== '' && !line.startsWith('Warning treated as error'))
  const hasNoEnd = format === 'png' && !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('IEND')
  const why = reason === undefined ? '' : `: ${reason}`
  if (hasNoEnd || /premature end|unexpected end|not enough/i.test(message)) return `is cut off${why}`
  return `is a damaged ${NAMES[format]} file${why}`
}

const NAMES = { jpeg: 'JPEG', png: 'PNG', webp: 'WebP', gif: 'GIF', bmp: 'BMP' } as const
