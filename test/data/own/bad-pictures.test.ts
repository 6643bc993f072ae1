/** Files that are no pictures, or damaged ones: each is named with its row before the first step. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { problemsOf, REGRESSION } from '../../support/own-data.js'
import { chunk, greyPng, header, SIGNATURE } from '../../support/png.js'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/pictures', name))
const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)

const FLAT = {
  model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto', activation: 'softmax' }] },
}
const DATA = { source: 'p', features: { image: { type: 'image', image_size: [4, 4] } } }

/** The PNG with one byte of its pixels changed. */
function flipped(bytes: Buffer): Buffer {
  const damaged = Buffer.from(bytes)
  damaged[bytes.indexOf('IDAT') + 20]! ^= 0xff
  return damaged
}

const SVG = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'

test.each<[string, string | Uint8Array, RegExp]>([
  ['a JPEG that is cut', half(fixture('photo.jpg')), /^is cut off: /],
  ['a JPEG without its end', fixture('photo.jpg').subarray(0, -2), /^is cut off: /],
  ['a progressive JPEG that is cut', half(fixture('photo-progressive.jpg')), /^is cut off: /],
  ['a PNG that is cut', half(fixture('rgb.png')), /^is cut off: /],
  ['a PNG with a byte that is not its checksum', flipped(fixture('rgb.png')), /^is a damaged PNG file: /],
  ['a GIF that is cut', half(fixture('palette.gif')), /^is cut off: /],
  ['a WebP that is cut', half(fixture('rgb.webp')), /^is (?:cut off|a damaged WebP file): /],
  ['a BMP that is cut', half(fixture('rgb.bmp')), /^is cut off: it has 207 bytes, must have 414$/],
  ['an SVG', SVG, /^is SVG, must be JPEG, PNG, WebP, GIF or BMP$/],
  ['a web page', '<!DOCTYPE html><html><body>Not found</body></html>', /^is a web page, must be /],
  ['an empty file', '', /^is empty$/],
  [
    'a PNG of 20,000 x 20,000',
    Buffer.concat([
      SIGNATURE,
      header({ width: 20_000, height: 20_000 }),
      chunk('IDAT', Buffer.alloc(9)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
    /^has more than 134,217,728 pixels$/,
  ],
  [
    'a pointer of Git LFS',
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
    /^is a pointer of Git LFS to a file that was not downloaded, must be /,
  ],
])('%s', async (_, bytes, problem) => {
  const files = { 'p/a/1.jpg': greyPng(4, 4, 1), 'p/b/2.jpg': bytes, 'p/b/3.jpg': greyPng(4, 4, 3) }
  const [first, second, ...more] = await problemsOf(files, DATA, FLAT)
  expect([second, more]).toEqual(['p names files that cannot be used', []])
  const [, found] = /^p: row 2: b\/2\.jpg (.*)$/.exec(first!) ?? []
  expect(found, first).toMatch(problem)
})

describe('many', () => {
  test('all problems are listed at once, up to a limit', async () => {
    const bad = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`p/b/${index + 2}.png`, '']))
    const problems = await problemsOf({ 'p/a/1.png': greyPng(4, 4, 1), ...bad }, DATA, FLAT)
    expect(problems).toHaveLength(21)
    expect(problems[19]).toBe('p: row 21: b/21.png is empty')
    expect(problems[20]).toBe('p names files that cannot be used; the first 20 are listed')
  })
})

test('a folder without pictures', async () => {
  expect(await problemsOf({ 'p/notes.md': 'x', 'p/.hidden/1.png': greyPng(1, 1, 1) }, DATA, FLAT)).toEqual([
    '/data/source: p: the folder has no pictures (.jpg, .jpeg, .png, .webp, .gif, .bmp), sounds (.wav) or texts (.txt); left out hidden folders: .hidden; left out 1 file of other kinds: .md; a pattern such as "p/*.md" names its files',
  ])
})

test('a file that is there but cannot be opened is not called missing', async () => {
  const long = `${'x'.repeat(300)}.png`
  const files = { 'a.csv': `name,y\n1.png,1\n${long},2\n`, '1.png': greyPng(4, 4, 1) }
  const data = { source: 'a.csv', features: { name: { type: 'image', image_size: [4, 4] } }, target: 'y' }
  expect(await problemsOf(files, data, REGRESSION)).toEqual([
    `a.csv: row 2: ${long} the name is too long`,
    'a.csv names files that cannot be used',
  ])
})

test('a PNG named .jpg is read, because its bytes say what it is', async () => {
  const files = { 'p/a/1.jpg': fixture('rgb.png'), 'p/b/2.png': fixture('photo.jpg') }
  expect(await problemsOf(files, DATA, FLAT)).toEqual([])
})
