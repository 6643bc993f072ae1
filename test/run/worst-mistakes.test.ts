/** The test rows that a model is most wrong about. */
import { expect, test } from 'vitest'
import type { DataForm } from '../../src/base/form.js'
import { memoryTable } from '../../src/data/table.js'
import { worstMistakes } from '../../src/run/worst-mistakes.js'
import { answersOf } from '../report/plots/answers.js'

const dataOf = (shape: readonly number[], values: Float32Array, kind: 'real' | 'grey' = 'real') => {
  const field = { shape, dtype: 'float32', divisor: 1, values: kind } as const
  const count = values.length / shape.reduce((size, length) => size * length, 1)
  const form: DataForm = {
    ...{ name: 'rows', inputs: { x: field }, targets: {}, weights: false },
    rows: { train: 0, validation: 0, test: count },
  }
  const trained = { form, spec: { data: { source: 'rows.csv' } } } as unknown as Parameters<typeof worstMistakes>[1]
  return { trained, data: { form, test: memoryTable({ 'x:x': field }, { 'x:x': values }, count) } }
}

test('wrong classes, by how much more the wrong one got', () => {
  const { trained, data } = dataOf([1], new Float32Array(4))
  const given = [
    [0.9, 0.1],
    [0.6, 0.4],
    [0.2, 0.8],
    [0.5, 0.5],
  ]
  expect(worstMistakes(answersOf('classes', ['a', 'b'], given, [1, 1, 1, -1]), trained, data, 5)).toEqual([
    { row: 1, right: 'b', given: 'a', detail: '0.9 against 0.1', picture: null },
    { row: 2, right: 'b', given: 'a', detail: '0.6 against 0.4', picture: null },
  ])
})

test('numbers, by their distance; those that are not finite are left out', () => {
  const { trained, data } = dataOf([1], new Float32Array(3))
  const answers = answersOf('numbers', ['n'], [[1], [Number.NaN], [-5]], [2, 2, 2])
  expect(worstMistakes(answers, trained, data, 1)).toEqual([
    { row: 3, right: '2', given: '-5', detail: '-7', picture: null },
  ])
})

test('the input of a row is a picture if it has the shape of one', () => {
  const values = Float32Array.from({ length: 32 }, (_, index) => (index < 16 ? 0 : (index - 16) / 15))
  const { trained, data } = dataOf([4, 4], values, 'grey')
  const [worst] = worstMistakes(
    answersOf(
      'classes',
      ['a', 'b'],
      [
        [0, 1],
        [0, 1],
      ],
      [1, 0],
    ),
    trained,
    data,
    1,
  )
  expect(worst!.picture).toMatchObject({ height: 4, width: 4, channels: 1 })
  expect([...worst!.picture!.data.subarray(0, 3)]).toEqual([0, 17, 34])
})
