/** The gradients that the build bundles are those of tfjs. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'

const kernels = Object.values(tf).filter((value) => typeof value === 'string')
const gradients = () =>
  kernels.flatMap((name) => {
    const gradient = tf.getGradient(name)
    return gradient ? [{ ...gradient, gradFunc: typeof gradient.gradFunc }] : []
  })

test('as many as tfjs-layers registers, and they save the same', async () => {
  expect(gradients()).toEqual([])
  await import('../../src/model/gradients.js')
  const ours = gradients()
  await import('@tensorflow/tfjs-layers')
  expect(ours.length).toBeGreaterThan(100)
  expect(ours).toEqual(gradients())
})
