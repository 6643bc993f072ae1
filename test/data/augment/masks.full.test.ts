/** Masks move with the pictures that are augmented. */
import { encode } from 'fast-png'
import { expect, test } from 'vitest'
import { sizeOf } from '../../../src/base/shape.js'
import { readRows, type Table } from '../../../src/data/table.js'
import { loaded, problemsOf } from '../../support/own-data.js'

const png = (width: number, height: number, channels: 1 | 3, value: (pixel: number) => number) =>
  encode({
    width,
    height,
    channels,
    data: Uint8Array.from({ length: width * height * channels }, (_, at) => value(Math.floor(at / channels))),
  })

const COUNT = 8
const [HEIGHT, WIDTH] = [6, 5]
const classAt = (picture: number, pixel: number) => (pixel * 7 + picture * 3 + (pixel >> 2)) % 3
const files: Record<string, string | Uint8Array> = {
  'all.csv': `image,part\n${Array.from({ length: COUNT }, (_, at) => `${at}.png,${at < 6 ? 'train' : 'val'}`).join('\n')}\n`,
}
for (let at = 0; at < COUNT; at++) {
  // the pixels of a picture say its classes
  files[`${at}.png`] = png(WIDTH, HEIGHT, 3, (pixel) => 100 * classAt(at, pixel))
  files[`mask-${at}.png`] = png(WIDTH, HEIGHT, 1, (pixel) => classAt(at, pixel))
}
const SEGMENTATION = {
  model: { type: 'Sequential', layers: [{ type: 'Conv2D', filters: 3, kernel_size: 1, activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
}
const spec = (augment: unknown, target: object = {}) => ({
  source: 'all.csv',
  features: { image: { type: 'image', image_size: [HEIGHT, WIDTH], augment } },
  target: { type: 'image', masks: 'mask-{stem}.png', class_names: ['a', 'b', 'c'], ...target },
  split: { column: 'part' },
})
const both = (table: Table, epoch: number | null) => {
  const { 'x:image': pictures, 'y:target': masks } = readRows(table, 0, table.count, epoch)
  return { pictures: pictures!, masks: masks! }
}

test('move with their picture', async () => {
  const moving = [
    'RandomFlip',
    { type: 'RandomTranslation', height_factor: 0.4, width_factor: 0.4, interpolation: 'nearest', fill_mode: 'wrap' },
    { type: 'RandomCrop', height: 4, width: 3 },
  ]
  const { data } = await loaded(files, spec(moving), SEGMENTATION)
  expect(data.form.inputs.image!.shape).toEqual([4, 3, 3])
  expect(data.form.targets.target).toMatchObject({ shape: [4, 3], dtype: 'int32', classes: 3 })
  const seen = new Set<string>()
  for (const epoch of [1, 2, 3]) {
    const { pictures, masks } = both(data.train, epoch)
    expect(Array.from(masks, (one) => 100 * one)).toEqual(Array.from(pictures).filter((_, at) => at % 3 === 0))
    seen.add(masks.join())
  }
  expect(seen.size).toBe(3)
  expect(both(data.validation, null).masks).toHaveLength(2 * 4 * 3)
  expect(sizeOf(data.validation.fields['x:image']!.shape)).toBe(36)
})

test('stay where they are while colours change, also by layers that take no masks', async () => {
  const colours = [{ type: 'RandomBrightness', factor: 0.5 }, { type: 'RandomHue', factor: 0.5 }, 'RandomFlip']
  const { data } = await loaded(files, spec(colours.slice(0, 2)), SEGMENTATION)
  const [before, after] = [both(data.train, null), both(data.train, 1)]
  expect(after.masks).toEqual(before.masks)
  expect(after.pictures).not.toEqual(before.pictures)
  const moved = await loaded(files, spec(colours), SEGMENTATION)
  expect(both(moved.data.train, 1).masks).not.toEqual(before.masks)
})

test('are refused where they cannot follow', async () => {
  expect(await problemsOf(files, spec(['MixUp']), SEGMENTATION)).toContain(
    '/data/features/image/augment: found layers that mix samples, but target "target" is a picture; leave them out',
  )
  expect(await problemsOf(files, spec(['RandomFlip'], { image_size: [3, 3] }), SEGMENTATION)).toContain(
    '/data/target/image_size: found [3, 3], must be [6, 5], the size of "image", with which the target moves',
  )
})
