/** Tells the format of a file by its first bytes, whatever its name says. */

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'bmp'

/** Endings of the names of pictures. */
export const PICTURE_ENDINGS = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.bmp'] as const

export const isPictureName = (name: string): boolean =>
  PICTURE_ENDINGS.some((ending) => name.toLowerCase().endsWith(ending))

/** Returns the format of a picture, or the reason why a file is none. */
export function formatOf(bytes: Uint8Array): PictureFormat | { readonly problem: string } {
  if (bytes.length === 0) return { problem: 'is empty' }
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD)).toString('latin1')
  const found = PICTURES.find(([, begins]) => begins(head))
  if (found) return found[0]
  const other = OTHERS.find(([, begins]) => begins(head))
  return { problem: `is ${other ? other[0] : 'no picture'}, must be JPEG, PNG, WebP, GIF or BMP` }
}

/** Bytes that are looked at. */
const HEAD = 512

type Signature<Name> = readonly [name: Name, begins: (head: string) => boolean]

const PICTURES: readonly Signature<PictureFormat>[] = [
  ['jpeg', (head) => head.startsWith('\xff\xd8\xff')],
  ['png', (head) => head.startsWith('\x89PNG\r\n\x1a\n')],
  ['webp', (head) => head.startsWith('RIFF') && head.startsWith('WEBP', 8)],
  ['gif', (head) => /^GIF8[79]a/.test(head)],
  ['bmp', (head) => head.startsWith('BM')],
]

const OTHERS: readonly Signature<string>[] = [
  ['SVG', (head) => isMarkup(head) && /<svg\b/i.test(head)],
  ['a web page', (head) => isMarkup(head) && /<(?:!doctype html|html|head|body)\b/i.test(head)],
  ['XML', (head) => isMarkup(head)],
  ['TIFF', (head) => head.startsWith('II*\0') || head.startsWith('MM\0*')],
  ['AVIF', (head) => /^ftypavi[fs]/.test(head.slice(4))],
  ['HEIC', (head) => /^ftyp(?:he|mi)/.test(head.slice(4))],
  ['PDF', (head) => head.startsWith('%PDF')],
  ['a pointer of Git LFS to a file that was not downloaded', (head) => head.startsWith('version https://git-lfs')],
]

/** True for text that begins with a tag, after a byte order mark or spaces. */
const isMarkup = (head: string): boolean => /^(?:\xef\xbb\xbf)?\s*</.test(head)
