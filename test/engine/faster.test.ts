/** The rule by which `auto` chooses between two engines on a processor. The figures are those of specs in the gallery. */
import { expect, test } from 'vitest'
import { type Arithmetic, faster } from '../../src/engine/faster.js'

const arithmetic = (flops: number, outputs: number, convolutions = 0, uses = 0, pooled = 0): Arithmetic => ({
  ...{ flops, outputs, convolutions, uses, pooled },
})

test.each([
  ['iris', arithmetic(1e4, 850), 'onnx', 'faster than tensorflow for a model whose steps are short'],
  [
    'an RBM',
    arithmetic(235e6, 180e3),
    'onnx',
    'faster than tensorflow for a model that computes little between its products',
  ],
  [
    'a transformer',
    arithmetic(298e6, 2.5e6),
    'tensorflow',
    'faster than onnx for a model that computes much between its products',
  ],
  [
    'go-policy',
    arithmetic(4400e6, 5.3e6, 4400e6),
    'onnx',
    'faster than tensorflow for a model that computes little between its products',
  ],
  [
    'mnist-cnn',
    arithmetic(3070e6, 7.5e6, 2770e6, 10, 4.7e6),
    'onnx',
    'faster than tensorflow for a model that pools most of what it convolves',
  ],
  [
    'mnist-resnet',
    arithmetic(3317e6, 11.6e6, 3317e6),
    'tensorflow',
    'faster than onnx for a model that computes much between its products',
  ],
  [
    'mnist-convnet',
    arithmetic(625e6, 3.8e6, 620e6, 70),
    'onnx',
    'faster than tensorflow for a model that convolves with few weights',
  ],
  ['a model without products', arithmetic(0, 0), 'onnx', 'faster than tensorflow for a model whose steps are short'],
] as const)('%s', (_, given, name, reason) => {
  expect(faster(given, 'x64')).toEqual({ name, reason })
})

test('convolutions are in blocks on x64 only', () => {
  expect(faster(arithmetic(4400e6, 5.3e6, 4400e6), 'arm64')).toEqual({
    name: 'tensorflow',
    reason: 'faster than onnx for convolutions on this processor',
  })
})
