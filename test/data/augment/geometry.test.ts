/** Augmentations that move pixels draw and compute as Keras. */
import { describe, expect, test } from 'vitest'
import type { RandomStream } from '../../../src/base/philox.js'
import { augmentation } from '../../support/augmentations.js'
import { expectClose } from '../../support/close.js'
import { AS_KERAS, fixtureMask, fixtureNoise, fixturePicture } from '../../support/geometry.js'
import { kerasFixture } from '../../support/keras.js'

/** Gives these numbers in place of random ones. */
function given(uniforms: readonly number[], normals: readonly number[]): RandomStream {
  const [ofUniform, ofNormal] = [uniforms.values(), normals.values()]
  const uniform = () => Math.fround(ofUniform.next().value!)
  const stream = {
    uniform,
    normal: () => ofNormal.next().value ?? 0.25,
    below: (bound: number) => Math.floor(uniform() * bound),
  }
  return stream as unknown as RandomStream
}

describe('with given random numbers', () => {
  const cases = kerasFixture('geometry').drawn.map(({ output, mask, ...rest }) => {
    return [JSON.stringify(rest), { ...rest, output, mask }] as const
  })

  test.each(cases)('%s', (_, { shape, layer: spec, uniforms, output, mask }) => {
    const layer = augmentation(spec)
    const normals = spec.type === 'RandomElasticTransform' ? fixtureNoise(shape) : []
    const drawn = layer.draw(given(uniforms, normals), shape)
    const made = layer.apply(fixturePicture(shape), drawn)
    expect(made.shape).toEqual(output.shape)
    expect(layer.shape(shape)).toEqual(output.shape)
    expectClose(made.values, output.values, 'picture', AS_KERAS)
    if (!mask) return
    const moved = layer.applyToMask?.(fixtureMask(shape), drawn) ?? fixtureMask(shape)
    expectClose(moved.values, mask, 'mask', { relative: 0 })
  })
})

describe('pictures of any shape', () => {
  const layers = ['reflect', 'constant', 'wrap', 'nearest'].flatMap((fill_mode) =>
    ['bilinear', 'nearest'].map((interpolation) => {
      const sampling = { fill_mode, interpolation, fill_value: 5 }
      return [
        fill_mode,
        interpolation,
        augmentation<number>({ type: 'RandomRotation', factor: 1, ...sampling }),
      ] as const
    }),
  )

  test.each(layers)(
    '%s, %s: channels do not depend on their number, and the picture stays as it was',
    (_, __, layer) => {
      for (const shape of [
        [4, 9, 5],
        [33, 2, 4],
        [1, 1, 7],
        [120, 90, 9],
      ] as const) {
        const picture = fixturePicture(shape)
        const made = layer.apply(picture, 40)
        expect(picture).toEqual(fixturePicture(shape))
        for (let channel = 0; channel < shape[2]; channel++) {
          const ofChannel = (values: Float32Array) => values.filter((_, at) => at % shape[2] === channel)
          const alone = { shape: [shape[0], shape[1], 1], values: ofChannel(picture.values) } as const
          expect(ofChannel(made.values)).toEqual(layer.apply(alone, 40).values)
        }
      }
    },
  )
})
