/** The facts about a JPEG that are read without a decoder are those that sharp finds. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { jpegFacts } from '../../../src/data/pictures/jpeg-facts.js'
import { openPictures } from '../../../src/data/pictures/sharp.js'
import { forDamaged } from '../../support/damaged.js'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/pictures', name))

const FACTS = ['space', 'depth', 'hasAlpha', 'orientation'] as const

async function sharpsFacts(bytes: Uint8Array) {
  const about = await (await openPictures())(bytes, 'warning').metadata()
  return FACTS.map((name) => about[name])
}

const FILES = ['photo.jpg', 'photo-full.jpg', 'photo-grey.jpg', 'photo-progressive.jpg', 'photo-cmyk.jpg'] as const

test.each([...FILES, 'photo-turned.jpg'])('of %s', async (name) => {
  const facts = jpegFacts(fixture(name))
  expect(FACTS.map((fact) => facts?.[fact])).toEqual(await sharpsFacts(fixture(name)))
})

/** The photo with an orientation from 1 to 8, as two orders of bytes give it. */
function turned(orientation: number, order: 'II' | 'MM'): Buffer {
  const isLittle = order === 'II'
  const exif = new DataView(new ArrayBuffer(6 + 8 + 2 + 12 + 4))
  new Uint8Array(exif.buffer).set(Buffer.from(`Exif\0\0${order}`))
  const short = (at: number, value: number) => exif.setUint16(6 + at, value, isLittle)
  const long = (at: number, value: number) => exif.setUint32(6 + at, value, isLittle)
  short(2, 42)
  long(4, 8)
  short(8, 1)
  short(10, 0x0112)
  short(12, 3)
  long(14, 1)
  short(18, orientation)
  const length = exif.byteLength + 2
  const photo = fixture('photo.jpg')
  const head = Buffer.from([0xff, 0xe1, length >> 8, length & 255])
  return Buffer.concat([photo.subarray(0, 2), head, new Uint8Array(exif.buffer), photo.subarray(2)])
}

describe.each(['II', 'MM'] as const)('an orientation in order %s', (order) => {
  test.each([1, 3, 6, 8])('%i', async (orientation) => {
    const bytes = turned(orientation, order)
    expect(jpegFacts(bytes)?.orientation).toBe(orientation)
    expect((await sharpsFacts(bytes)).at(-1)).toBe(orientation)
  })

  test('0 is no orientation, and left to sharp', () => {
    expect(jpegFacts(turned(0, order))).toBeNull()
  })
})

test.each(['photo-turned.jpg', 'photo-grey.jpg', 'photo-cmyk.jpg'])('of damaged headers of %s', async (name) => {
  const [head, scan] = [fixture(name).subarray(0, 160), fixture(name).subarray(160)]
  await forDamaged(
    head,
    async (damaged) => {
      const bytes = Buffer.concat([damaged, scan])
      const facts = jpegFacts(bytes)
      // such a file is refused when it is decoded
      const found = facts && (await sharpsFacts(bytes).catch(() => null))
      if (found) expect(FACTS.map((fact) => facts[fact])).toEqual(found)
    },
    300,
  )
})
