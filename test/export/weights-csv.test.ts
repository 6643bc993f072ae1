/** Weights as text. */
import { expect, test } from 'vitest'
import { csvFiles } from '../../src/export/weights-csv.js'

const filesOf = (...weights: Parameters<typeof csvFiles>[0]) =>
  Object.fromEntries(Object.entries(csvFiles(weights)).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]))

test('lines follow the first axis', () => {
  const files = filesOf(
    { name: 'conv/kernel', shape: [2, 1, 2], values: Float32Array.of(1, 0.1, -3e-20, 4) },
    { name: 'conv/bias', shape: [2], values: Float32Array.of(1, 2) },
    { name: 'scale', shape: [], values: Float32Array.of(7) },
  )
  expect(files).toMatchObject({ 'conv.kernel.csv': '1,0.1\n-3e-20,4\n', 'conv.bias.csv': '1\n2\n', 'scale.csv': '7\n' })
  expect(JSON.parse(files['weights.json']!)).toEqual([
    { name: 'conv/kernel', shape: [2, 1, 2], file: 'conv.kernel.csv' },
    { name: 'conv/bias', shape: [2], file: 'conv.bias.csv' },
    { name: 'scale', shape: [], file: 'scale.csv' },
  ])
})

test('each weight has a file of its own, also where a system does not tell cases apart', () => {
  const one = { shape: [], values: Float32Array.of(1) }
  const files = filesOf({ ...one, name: 'a/kernel' }, { ...one, name: 'A/kernel' }, { ...one, name: 'a.kernel' })
  expect(Object.keys(files)).toEqual(['weights.json', 'a.kernel.csv', '_A.kernel.csv', '__a.kernel.csv'])
})
