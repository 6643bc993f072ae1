/** Pictures of an RBM: the place of each number. */
import { expect, test } from 'vitest'
import { beside, filtersOf, rbmPictures } from '../../src/report/rbm-pictures.js'

test('a filter has the weights of one hidden unit to all visible units', () => {
  // 3 visible, 2 hidden
  expect(filtersOf(Float32Array.of(1, 10, 2, 20, 3, 30), 2)).toEqual([
    Float32Array.of(1, 2, 3),
    Float32Array.of(10, 20, 30),
  ])
})

test('lists stand side by side, sample by sample', () => {
  const [white, black] = [Float32Array.of(1), Float32Array.of(0)]
  const { width, height, data } = beside(
    [
      [white, white],
      [black, black],
    ],
    1,
    { width: 1, height: 1 },
  )
  const middle = (x: number) => data[3 * (Math.floor(height / 2) * width + x)]
  expect([middle(Math.floor((1.5 * width) / 5)), middle(Math.floor((3.5 * width) / 5))]).toEqual([255, 0])
})

test('each picture is made, even with more units and samples than it shows', () => {
  const rows = (count: number, length: number) =>
    Array.from({ length: count }, () => new Float32Array(length).fill(0.5))
  const pictures = rbmPictures({
    tile: { width: 2, height: 3 },
    kernel: new Float32Array(6 * 130),
    visibleBias: new Float32Array(6),
    hiddenBias: new Float32Array(130),
    update: new Float32Array(6 * 130),
    samples: rows(300, 6),
    reconstructions: rows(300, 6),
    hidden: rows(300, 130),
    fantasies: rows(130, 6),
  })
  expect(Object.keys(pictures)).toEqual([
    'filters.png',
    'fantasy.png',
    'reconstructions.png',
    'histograms.png',
    'hidden-activity.png',
  ])
  const { 'filters.png': filters, 'fantasy.png': fantasy, 'hidden-activity.png': activity } = pictures
  const zoom = Math.floor(900 / (10 * 3 + 1))
  for (const { width, height } of [filters!, fantasy!]) {
    expect([width / zoom, height / zoom]).toEqual([10 * 3 + 1, 10 * 4 + 1])
  }
  expect([activity!.width / 6, activity!.height / 6]).toEqual([130, 200])
})
