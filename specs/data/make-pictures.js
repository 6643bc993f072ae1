/**
 * node specs/data/make-pictures.js [FOLDER]: makes the pictures of specs/digits-pictures.json and specs/shapes.json, in
 * specs/data/pictures unless a folder is named.
 *
 * digits/train/D/N.png, digits/test/D/N.png   each row of digits.csv.gz, 8 x 8, grey; every fifth is for the test
 * shapes/images/N.png                         a circle, a square and a triangle before noise, 64 x 64, in colour
 * shapes/masks/N.png                          the class of each pixel: 0 background, 1 circle, 2 square, 3 triangle
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { encode } from 'fast-png'

const [folder = join(import.meta.dirname, 'pictures')] = process.argv.slice(2)

const write = (path, width, height, data, channels) =>
  writeFileSync(path, encode({ width, height, data: Uint8Array.from(data), channels }))

makeDigits(join(folder, 'digits'))
makeShapes(join(folder, 'shapes'))

function makeDigits(folder) {
  const text = gunzipSync(readFileSync(join(import.meta.dirname, 'digits.csv.gz'))).toString()
  const rows = text.trim().split('\n').slice(1)
  for (const part of ['train', 'test'])
    for (let digit = 0; digit < 10; digit++) mkdirSync(join(folder, part, String(digit)), { recursive: true })
  for (const [row, line] of rows.entries()) {
    const numbers = line.split(',').map(Number)
    const digit = numbers.pop()
    const path = join(folder, row % 5 === 4 ? 'test' : 'train', String(digit), `${row}.png`)
    const pixels = numbers.map((value) => Math.round((value * 255) / 16))
    write(path, 8, 8, pixels, 1)
  }
}

function makeShapes(folder) {
  const [size, count] = [64, 400]
  const random = randomNumbers(1)
  const between = (least, most) => least + random() * (most - least)
  for (const kind of ['images', 'masks']) mkdirSync(join(folder, kind), { recursive: true })
  for (let number = 0; number < count; number++) {
    const mask = new Uint8Array(size * size)
    const image = Uint8Array.from({ length: size * size * 3 }, () => between(0, 120))
    for (const kind of [1, 2, 3]) {
      const [x, y, radius] = [between(12, 52), between(12, 52), between(6, 12)]
      const colour = [0, 1, 2].map(() => between(100, 255))
      for (let at = 0; at < mask.length; at++) {
        if (!isInside(kind, (at % size) - x, Math.floor(at / size) - y, radius)) continue
        mask[at] = kind
        for (const channel of [0, 1, 2]) image[at * 3 + channel] = Math.min(255, colour[channel] + between(-30, 30))
      }
    }
    const name = `${String(number).padStart(3, '0')}.png`
    write(join(folder, 'images', name), size, size, image, 3)
    write(join(folder, 'masks', name), size, size, mask, 1)
  }
}

function isInside(kind, x, y, radius) {
  if (kind === 1) return x * x + y * y <= radius * radius
  if (kind === 2) return Math.max(Math.abs(x), Math.abs(y)) <= radius * 0.85
  return y <= radius * 0.8 && y >= Math.abs(x) * 1.7 - radius
}

/** Numbers of [0, 1), the same on every machine: mulberry32. */
function randomNumbers(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}
