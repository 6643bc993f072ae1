import { describe, test } from 'vitest'
import { RandomStream } from '../../../src/base/philox.js'
import { sizeOf } from '../../../src/base/shape.js'
import { imageDataGenerator } from '../../../src/data/augment/image-data-generator.js'
import { pictureAt } from '../../../src/data/augment/picture-field.js'
import { expectClose } from '../../support/close.js'
import { generatorSpec, pixels } from '../../support/generator.js'
import { kerasFixture } from '../../support/keras.js'
import { columnRows, learnFrom, make } from '../../support/steps.js'

const { standardizations } = kerasFixture('generator')
const COUNT = 24

describe('what is learned and applied is that of Keras', () => {
  test.each(standardizations.map((one) => [JSON.stringify([one.arguments, one.fit, one.shape]), one] as const))(
    '%s',
    async (_, { arguments: given, fit, shape, output, flow }) => {
      const spec = generatorSpec({ ...given, fit })
      const rows = columnRows({ kind: 'float32', shape, values: [...pixels(shape, COUNT)] })
      const learnt = await learnFrom([spec], rows, { training: COUNT - 2, atOnce: 7 })
      const width = sizeOf(shape)
      const { values } = await make([spec], rows, learnt)
      expectClose(values.subarray(-2 * width), output, 'output', { relative: 1e-5, absolute: 1e-5 })

      const { draw, apply } = imageDataGenerator(spec)
      const random = new RandomStream({ seed: 1, purpose: 0, stream: 0, step: 0 })
      const changed = [COUNT - 2, COUNT - 1].flatMap((row) => [
        ...apply(pictureAt(pixels(shape, COUNT), row * width, shape, 1), draw(random, shape)).values,
      ])
      const flown = await make([spec], columnRows({ kind: 'float32', shape, values: changed }), learnt)
      expectClose(flown.values, flow, 'flow', { relative: 1e-5, absolute: 1e-5 })
    },
  )
})
