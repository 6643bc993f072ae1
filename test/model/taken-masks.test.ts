/** The order in which Keras runs a graph, which decides the layers that still get a mask. */
import { expect, test } from 'vitest'
import { networkOf } from '../../src/model/network.js'
import { takenMasks } from '../../src/model/taken-masks.js'
import { resolveSpec } from '../support/spec.js'

const dense = (name: string, inputs: string) => ({ type: 'Dense', name, units: 4, inputs })
const heads = { type: 'MultiHeadAttention', name: 'heads', num_heads: 1, key_dim: 2, inputs: 'x' }
const add = (...inputs: string[]) => ({ type: 'Add', name: 'sum', inputs })
const begin = [
  { type: 'Input', name: 'data', shape: [4, 4] },
  { type: 'Masking', name: 'x', inputs: 'data' },
]

/** The layers that find no mask at x. */
function without(...layers: readonly object[]) {
  const { model } = resolveSpec({ layers: [], model: { type: 'Functional', layers: [...begin, ...layers] } })
  const { before, atEnd } = takenMasks(networkOf(model, [{ name: null, pointer: '' }], { x: [3] }).network)
  expect(atEnd).toEqual(new Set(['x']))
  return [...before].flatMap(([name, taken]) => (taken.has('x') ? [name] : []))
}

test('of layers at the same distance from the output, the one added first runs first, whatever the order in the file', () => {
  expect(without(heads, dense('other', 'x'), add('other', 'heads'))).toEqual(['sum'])
  expect(without(dense('other', 'x'), heads, add('other', 'heads'))).toEqual(['sum'])
  expect(without(heads, dense('other', 'x'), add('heads', 'other')).toSorted()).toEqual(['other', 'sum'])
  expect(without(dense('other', 'x'), heads, add('heads', 'other')).toSorted()).toEqual(['other', 'sum'])
})

test('a layer farther from the output runs first', () => {
  const farther = [heads, dense('other', 'x'), dense('deep', 'other'), add('heads', 'deep')]
  expect(without(...farther).toSorted()).toEqual(['deep', 'sum'])
  const nearer = [dense('other', 'x'), heads, dense('deep', 'heads'), add('other', 'deep')]
  expect(without(...nearer).toSorted()).toEqual(['deep', 'other', 'sum'])
})

test('the distance of a shared layer from the output is that of its farthest earlier call', () => {
  const again = { type: 'Shared', name: 'again', layer: 'other', inputs: 'x' }
  const chain = [dense('early', 'data'), dense('other', 'early'), dense('a', 'other'), dense('b', 'a')]
  expect(without(heads, ...chain, again, add('heads', 'again', 'b'))).not.toContain('again')
  expect(without(heads, ...chain, again, add('heads', 'b', 'again'))).toContain('again')
})
