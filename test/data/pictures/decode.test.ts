/** Pictures in files become what Keras' image_dataset_from_directory makes of them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decodePicture } from '../../../src/data/pictures/decode.js'
import { type Fitting, fitted } from '../../../src/data/pictures/fit.js'
import { CHANNELS } from '../../../src/spec/pictures.js'
import { expectClose } from '../../support/close.js'
import { AS_KERAS } from '../../support/geometry.js'
import { type FileCase, kerasFixture } from '../../support/keras.js'

const { decoded, resized, photographs } = kerasFixture('pictures')

const bytesOf = (file: string) => readFileSync(join(import.meta.dirname, '../../fixtures/pictures', file))

/** The pixels of a case as the program makes them. */
async function made({ file, output: _, accurate: __, color_mode = 'rgb', ...rest }: FileCase) {
  const picture = await decodePicture(bytesOf(file), CHANNELS[color_mode])
  if ('problem' in picture) throw new Error(picture.problem)
  const fitting: Fitting = {
    interpolation: 'bilinear',
    crop_to_aspect_ratio: false,
    pad_to_aspect_ratio: false,
    ...rest,
  }
  return { ...picture, pixels: fitted(picture.samples, picture.shape, fitting) }
}

const named = (cases: readonly FileCase[]) =>
  cases.map((one) => {
    const { output: _, accurate: __, ...rest } = one
    return [JSON.stringify(rest), one] as const
  })

describe('files without loss are exactly those of Keras', () => {
  test.each(named(decoded))('%s', async (_, one) => {
    const { pixels, shape } = await made(one)
    expect(shape).toEqual(one.output.shape)
    expect([...pixels]).toEqual(one.output.values)
  })
})

describe('resized pictures are those of Keras', () => {
  test.each(named(resized))('%s', async (_, one) => {
    expectClose((await made(one)).pixels, one.output.values, 'pixels', AS_KERAS)
  })
})

/** Largest and mean difference of pixels: Keras takes the fast cosine transform, and we the accurate one. */
const FAST = { most: 8, mean: 2 }

describe('photographs are those of Keras but for its faster cosine transform', () => {
  test.each(named(photographs))('%s', async (_, one) => {
    const { pixels } = await made(one)
    if (one.accurate) expect([...pixels]).toEqual(one.accurate)
    const apart = one.output.values.map((value, at) => Math.abs(value - pixels[at]!))
    expect(Math.max(...apart)).toBeLessThanOrEqual(FAST.most)
    expect(apart.reduce((sum, one) => sum + one, 0) / apart.length).toBeLessThan(FAST.mean)
  })
})

test('a picture is turned as its EXIF orientation says', async () => {
  const [turned, plain] = await Promise.all(
    ['photo-turned.jpg', 'photo.jpg'].map((file) => decodePicture(bytesOf(file), 3)),
  )
  if ('problem' in turned! || 'problem' in plain!) throw new Error('a picture is damaged')
  expect([turned!.turned, plain!.turned]).toEqual([true, false])
  expect([turned!.shape, plain!.shape]).toEqual([
    [44, 30, 3],
    [30, 44, 3],
  ])
  // the first row of the file is the last column
  expect([...turned!.samples.subarray(29 * 3, 30 * 3)]).toEqual([...plain!.samples.subarray(0, 3)])
})

test('16 bits keep their depth', async () => {
  const picture = await decodePicture(bytesOf('grey-16-bit.png'), 1)
  if ('problem' in picture) throw new Error(picture.problem)
  expect(picture.samples).toBeInstanceOf(Uint16Array)
  expect(Math.max(...picture.samples)).toBeGreaterThan(60_000)
})

test('WebP is read', async () => {
  const picture = await decodePicture(bytesOf('rgb.webp'), 3)
  expect(picture).toMatchObject({ shape: [9, 13, 3] })
})

test('bytes that cameras leave before the end of a JPEG do no harm', async () => {
  const whole = bytesOf('photo-progressive.jpg')
  const junk = Buffer.concat([whole.subarray(0, -2), Buffer.from('junkjunk'), whole.subarray(-2)])
  const [plain, found] = [await decodePicture(whole, 3), await decodePicture(junk, 3)]
  expect(found).toEqual(plain)
})
