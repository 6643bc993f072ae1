/** Complaints about other programs that concern pictures, each an issue of theirs. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loaded, openOwnSpec, problemsOf, valuesIn } from '../support/own-data.js'
import { greyPng, maskPng, png } from '../support/png.js'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures/pictures', name))

const image = { type: 'image', image_size: [2, 2], color_mode: 'grayscale' }
const PHOTOS = { source: 'photos', features: { image } }
const FLAT = {
  model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto', activation: 'softmax' }] },
}

const pair = { 'photos/a/1.png': greyPng(2, 2, 1), 'photos/b/2.png': greyPng(2, 2, 2) }

test('1: folders 1 to 12 are in the order of their values, and are printed (keras-team/keras#7543)', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [`photos/${index + 1}/x.png`, greyPng(2, 2, index + 1)]),
  )
  const { open, data } = await loaded(files, PHOTOS, FLAT)
  expect(open.decided[1]).toBe(
    'Target "label": class 0 "1", 1 "2", 2 "3", 3 "4", 4 "5", 5 "6", 6 "7", 7 "8", 8 "9", 9 "10" and 2 more.',
  )
  const { 'x:image': pixels, 'y:label': labels } = valuesIn(data.train)
  for (const [row, label] of labels!.entries()) expect(pixels![4 * row]).toBe(label + 1)
})

test('14: every row must have its file (keras-team/keras-preprocessing#92, keras-team/keras-preprocessing#164)', async () => {
  const rows = Array.from({ length: 12 }, (_, row) => `${row}.png,${row % 2}`)
  const files = { 'a.csv': ['name,y', ...rows].join('\n'), 'p/3.png': greyPng(2, 2, 1) }
  const data = { source: 'a.csv', features: { name: { ...image, directory: 'p' } }, target: 'y' }
  const problems = await problemsOf(files, data, FLAT)
  expect(problems).toHaveLength(11)
  expect(problems.slice(0, 4)).toEqual([
    'a.csv: row 1: there is no file 0.png in p',
    'a.csv: row 2: there is no file 1.png in p',
    'a.csv: row 3: there is no file 2.png in p',
    'a.csv: row 5: there is no file 4.png in p',
  ])
  expect(problems.at(-1)).toBe('a.csv names 11 files that are not there; the first 10 are listed')
})

test('15: hidden folders are no classes, and empty ones are named (tensorflow/tensorflow#46595, pytorch/vision#2831, pytorch/vision#4925)', async () => {
  const files = {
    ...pair,
    'photos/.ipynb_checkpoints/1.png': greyPng(2, 2, 9),
    'photos/a/.DS_Store': 'x',
    'photos/nothing/readme.txt': 'x',
    'photos/a/one.psd': 'x',
  }
  const { data } = await openOwnSpec(files, PHOTOS, FLAT)
  expect(data.form.rows.train).toBe(2)
  expect(data.decided.slice(1).map((line) => line.replace(/^\S*photos/, 'photos'))).toEqual([
    'Target "label": class 0 "a", 1 "b".',
    'photos: left out hidden folders: .ipynb_checkpoints.',
    'photos: no files for these folders, which are no classes: nothing.',
    'photos: left out 2 files of other kinds: .psd, .txt.',
  ])
})

test('16: pictures are turned as their EXIF orientation says, and counted (tensorflow/tensorflow#49834)', async () => {
  const files = { 'photos/a/1.jpg': fixture('photo-turned.jpg'), 'photos/b/2.jpg': fixture('photo.jpg') }
  const features = { image: { ...image, image_size: [44, 30] } }
  const { open, data } = await loaded(files, { ...PHOTOS, features }, FLAT)
  expect(open.decided.at(-1)).toMatch(/^1 picture of .*photos was turned as its EXIF orientation says\.$/)
  const { decodePicture } = await import('../../src/data/pictures/decode.js')
  const picture = await decodePicture(files['photos/a/1.jpg'], 1)
  if ('problem' in picture) throw new Error(picture.problem)
  expect(valuesIn(data.train)['x:image']!.slice(0, 44 * 30)).toEqual([...picture.samples])
})

test('17: training, validation and the test read a picture in one way (tensorflow/tensorflow#46255)', async () => {
  const photo = fixture('photo.jpg')
  const files = Object.fromEntries(
    ['train', 'val', 'test'].flatMap((part) => ['a', 'b'].map((label) => [`photos/${part}/${label}/1.jpg`, photo])),
  )
  const { data } = await loaded(files, { ...PHOTOS, features: { image: { ...image, image_size: [7, 5] } } }, FLAT)
  const [train, validation, tested] = [data.train, data.validation, data.test].map((part) => valuesIn(part)['x:image'])
  expect(validation).toEqual(train)
  expect(tested).toEqual(train)
})

test('18: 16 bits are scaled by their depth (keras-team/keras#13023, keras-team/keras#4486)', async () => {
  const deep = png({ width: 2, height: 2, depth: 16 }, Uint8Array.of(0, 0, 1, 1, 1, 0, 128, 0, 255, 255))
  const files = { 'photos/a/1.png': deep, 'photos/b/2.png': deep }
  const { data } = await loaded(files, PHOTOS, FLAT)
  const found = valuesIn(data.train)['x:image']!.slice(0, 4)
  expect(found).toEqual([1, 257, 32768, 65535].map((value) => Math.fround(value / 257)))
})

test('23: a resized mask has no new classes (milesial/Pytorch-UNet#311)', async () => {
  const files = { ...pair, 'masks/1.png': maskPng(2, [0, 3, 3, 0]), 'masks/2.png': maskPng(2, [3, 3, 0, 0]) }
  const target = { type: 'image', masks: 'masks/{stem}.png', class_names: ['a', 'b', 'c', 'd'] }
  const features = { image: { ...image, image_size: [7, 9] } }
  const pixels = { model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] } }
  const { data } = await loaded(files, { ...PHOTOS, features, target }, pixels)
  expect(new Set(valuesIn(data.train)['y:target'])).toEqual(new Set([0, 3]))
})
