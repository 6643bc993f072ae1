/** Threads decode files to the same values as the thread that asks, and leave to it what they cannot decode. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Field } from '../../../src/base/field.js'
import { sizeOf } from '../../../src/base/shape.js'
import { sharedRoom } from '../../../src/data/augment/stored-rows.js'
import type { FileColumn } from '../../../src/data/sources/file-column.js'
import { decodeBy, type FileDecoder } from '../../../src/data/sources/file-decoders.js'
import { type FileThreads, fileThreads } from '../../../src/data/sources/file-threads.js'
import type { RawTable } from '../../../src/data/sources/raw-table.js'
import { withFiles } from '../../../src/data/sources/with-files.js'
import { maskPng } from '../../support/png.js'
import { wavFile } from '../../support/wav.js'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/pictures', name))

const FITTING = { crop_to_aspect_ratio: false, pad_to_aspect_ratio: false }
const picture = (size: number): FileDecoder => ({
  type: 'picture',
  channels: 3,
  fitting: { ...FITTING, image_size: [size, size], interpolation: 'bilinear' },
})
const field = (shape: number[], dtype: Field['dtype'] = 'uint8'): Field => ({
  shape,
  dtype,
  divisor: 1,
  values: 'real',
})

let folder: string
const pathOf = (name: string) => join(folder, name)
const GOOD = [
  'photo.jpg',
  'photo-turned.jpg',
  'photo-grey.jpg',
  'photo-cmyk.jpg',
  'rgb.png',
  'grey-16-bit.png',
  'rgb.bmp',
]
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-threads-'))
  for (const name of GOOD) writeFileSync(pathOf(name), fixture(name))
  writeFileSync(pathOf('cut.jpg'), fixture('photo.jpg').subarray(0, 800))
  writeFileSync(pathOf('empty.png'), '')
  writeFileSync(pathOf('mask.png'), maskPng(2, [0, 1, 2, 1]))
  writeFileSync(pathOf('tone.wav'), wavFile([0, 0.5, -0.5, 0.25]))
})
afterAll(() => rmSync(folder, { recursive: true }))

function threadsFor(decoders: readonly FileDecoder[], count: number): FileThreads {
  const threads = fileThreads(decoders, 4, { count, after: 0 })
  onTestFinished(() => threads.close())
  return threads
}

/** The answer of the first thread that is ready. */
async function answered(threads: FileThreads, files: Parameters<FileThreads['decode']>[0]) {
  for (;;) {
    const facts = await threads.decode(files)
    if (facts) return facts
    await pause(5)
  }
}

const KINDS: readonly [string, string, FileDecoder, Field][] = [
  ...GOOD.map((name): [string, string, FileDecoder, Field] => ['a picture', name, picture(9), field([9, 9, 3])]),
  [
    'a mask',
    'mask.png',
    { type: 'mask', classes: { count: 3 }, fitting: { ...FITTING, image_size: [2, 2] } },
    field([2, 2], 'int32'),
  ],
  [
    'a sound',
    'tone.wav',
    { type: 'sound', form: { sampling_rate: 16_000, output_sequence_length: 6, channels: null, resamples: true } },
    field([6], 'float32'),
  ],
]

describe('a thread gives the same values and facts', () => {
  test.each(KINDS)('of %s, %s', async (_, name, decoder, field) => {
    const [own, made] = [sharedRoom({ made: field }, 1).made!, sharedRoom({ made: field }, 1).made!]
    const facts = await (await decodeBy(decoder, 'again'))(readFileSync(pathOf(name)), own)
    const arrays = { paths: [[pathOf(name)]], arrays: [made] }
    expect(await answered(threadsFor([decoder], 1), arrays)).toEqual([[facts]])
    expect(made).toEqual(own)
    expect(made.some((value) => value !== 0)).toBe(true)
  })
})

test('a thread leaves to others what it cannot decode', async () => {
  const names = ['photo.jpg', 'cut.jpg', 'empty.png', 'missing.jpg', 'tone.wav']
  const made = sharedRoom({ made: field([2, 2, 3]) }, names.length + 1).made!
  const paths = [[...names.map(pathOf), null]]
  const [facts] = await answered(threadsFor([picture(2)], 1), { paths, arrays: [made] })
  expect(facts).toEqual([{ size: [30, 44], turned: false }, null, null, null, null, null])
})

test('without threads, or before they are worth their start, nobody answers', async () => {
  const files = { paths: [[pathOf('photo.jpg')]], arrays: [sharedRoom({ made: field([9, 9, 3]) }, 1).made!] }
  const none = threadsFor([picture(9)], 0)
  const later = fileThreads([picture(9)], 4, { count: 2, after: 60_000 })
  for (let turn = 0; turn < 3; turn++) {
    expect(await none.decode(files)).toBeNull()
    expect(await later.decode(files)).toBeNull()
    await pause(50)
  }
})

/** A table of files, which gives threads time to start after its first rows. */
const tableOf = (names: readonly string[]): RawTable => ({
  name: 'a.csv',
  columns: { file: 'text' },
  facts: () => Promise.reject(new Error('not asked for')),
  distinct: () => Promise.resolve(null),
  read: () => ({
    columns: { file: { values: 'text' } },
    async *rows() {
      for (let from = 0; from < names.length; from += 10) {
        const file = names.slice(from, from + 10)
        yield { from, count: file.length, columns: { file } }
        if (from === 10) await pause(1000)
      }
    },
  }),
  close() {},
})

const column = (size: number): FileColumn => ({
  ...{ name: 'made', from: 'file', folder, field: field([size, size, 3]), decoder: picture(size) },
  pathOf: (text) => text,
  isFound: true,
})

describe('a table with files', () => {
  const SIZE = 100
  const names = Array.from({ length: 300 }, (_, row) => GOOD[(row * row) % GOOD.length]!)

  async function read(count: number) {
    const notes: string[] = []
    const table = withFiles(tableOf(names), [column(SIZE)], { noted: (note) => notes.push(note) }, { count, after: 0 })
    const rows = []
    for await (const { from, count, columns } of table.read({ made: 'field' }).rows()) {
      expect((columns.made as Uint8Array).length).toBe(count * sizeOf([SIZE, SIZE, 3]))
      rows.push({ from, made: Buffer.from(columns.made as Uint8Array).toString('latin1') })
    }
    return { rows, notes }
  }

  test('gives the same rows and notes with any number of threads', async () => {
    const alone = await read(0)
    expect(alone.notes).toEqual([
      expect.stringMatching(/^\d+ pictures of a\.csv were turned as their EXIF orientation/),
    ])
    for (const count of [1, 3]) expect(await read(count)).toEqual(alone)
  })

  test('gives the same words about bad files with any number of threads', async () => {
    const bad = names.map((name, row) => (row % 31 === 7 ? ['cut.jpg', 'empty.png', '../out.png'][row % 3]! : name))
    const issues = async (count: number) => {
      const { rows } = withFiles(tableOf(bad), [column(SIZE)], { noted: () => {} }, { count, after: 0 }).read({
        made: 'field',
      })
      try {
        for await (const _ of rows());
      } catch (error) {
        return error
      }
      throw new Error('nothing was refused')
    }
    const alone = await issues(0)
    expect(alone).toMatchObject({ message: 'a.csv names files that cannot be used' })
    for (const count of [1, 3]) expect(await issues(count)).toEqual(alone)
  })

  test('may be left before its end', async () => {
    const { rows } = withFiles(tableOf(names), [column(SIZE)], { noted: () => {} }, { count: 2, after: 0 }).read({
      made: 'field',
    })
    let seen = 0
    for await (const { from } of rows()) {
      seen = from
      if (from > 30) break
    }
    expect(seen).toBeGreaterThan(30)
  })
})
