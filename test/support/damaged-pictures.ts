/** Damaged files of each kind of picture: they give pixels of the right form, or words for the user. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decodePicture } from '../../src/data/pictures/decode.js'
import { readMask } from '../../src/data/pictures/mask.js'
import { forDamaged } from './damaged.js'

const FILES = [
  'photo.jpg',
  'photo-progressive.jpg',
  'photo-cmyk.jpg',
  'rgba.png',
  'grey-16-bit.png',
  'rgb.webp',
  'palette.gif',
  'rgb.bmp',
]

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures/pictures', name))

const expectWords = ({ problem }: { readonly problem: string }) => {
  expect(problem).toMatch(/^(?:is|has|cannot) /)
  expect(problem).not.toMatch(/undefined|\[object|\n|:$/)
  expect(problem.length).toBeLessThan(300)
}

/** One test for each kind of file, with so many damaged copies. */
export function testDamagedPictures(copies: number): void {
  test.each(FILES)(`${copies} damaged copies of %s`, async (name) => {
    const whole = fixture(name)
    await forDamaged(
      whole,
      async (bytes) => {
        const found = await decodePicture(bytes, 3)
        if ('problem' in found) return expectWords(found)
        const [height, width, channels] = found.shape
        expect(found.samples.length).toBe(height * width * channels)
      },
      copies,
    )
  })

  test(`${copies} damaged copies of a mask`, async () => {
    const fitting = { image_size: [5, 6], crop_to_aspect_ratio: false, pad_to_aspect_ratio: false }
    await forDamaged(
      fixture('palette.png'),
      async (bytes) => {
        const found = readMask(bytes, { count: 5 }, fitting)
        if ('problem' in found) expectWords(found)
        else expect(found.classes.length).toBe(30)
      },
      copies,
    )
  })
}
