/** Confusion matrix, ROC, precision and recall, calibration, against numbers that scikit-learn documents and by hand. */
import { expect, test } from 'vitest'
import { calibration, confusionMatrix, precisionRecallCurve, rocCurve } from '../../../src/report/plots/scores.js'
import { answersOf, binary } from './answers.js'

// the example of sklearn.metrics.roc_auc_score and average_precision_score
const EXAMPLE = binary([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])

test('rows of the confusion matrix are the true classes', () => {
  const given = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]
  expect(confusionMatrix(answersOf('classes', ['a', 'b', 'c'], given, [0, 0, 1, -1]))).toEqual([
    [1, 1, 0],
    [0, 1, 0],
    [0, 0, 0],
  ])
})

test('ROC curve and its area', () => {
  const { points, score, name } = rocCurve(EXAMPLE, 1)!
  expect({ score, name }).toEqual({ score: 0.75, name: 'yes' })
  expect(points).toEqual([
    [0, 0],
    [0, 0.5],
    [0.5, 0.5],
    [0.5, 1],
    [1, 1],
  ])
})

test('precision, recall and the average precision', () => {
  const { points, score } = precisionRecallCurve(EXAMPLE, 1)!
  expect(score).toBeCloseTo(0.8333, 4)
  expect(points.slice(0, 3)).toEqual([
    [0, 1],
    [0.5, 1],
    [0.5, 0.5],
  ])
})

test('rows with equal answers are on one side of every threshold', () => {
  expect(rocCurve(binary([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1]), 1)).toMatchObject({
    score: 0.5,
    points: [
      [0, 0],
      [1, 1],
    ],
  })
})

test('a class without rows, or without others, has no curve', () => {
  expect(rocCurve(binary([0.1, 0.2], [0, 0]), 1)).toBeNull()
  expect(precisionRecallCurve(binary([0.1, 0.2], [1, 1]), 1)).toBeNull()
})

test('labels are right or wrong each for itself', () => {
  const labels = answersOf(
    'labels',
    ['a', 'b'],
    [
      [0.9, 0.1],
      [0.2, 0.8],
      [0.8, 0.9],
    ],
    [1, 0, 0, 1, 1, 0],
  )
  expect([0, 1].map((name) => rocCurve(labels, name)!.score)).toEqual([1, 0.5])
})

test('a curve of many rows has few points, and keeps its ends and its area', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => index / 10_000)
  const { points, score } = rocCurve(
    binary(
      many,
      many.map((value) => (value > 0.5 ? 1 : 0)),
    ),
    1,
  )!
  expect({ first: points[0], last: points.at(-1), score }).toEqual({ first: [0, 0], last: [1, 1], score: 1 })
  expect(points.length).toBeLessThanOrEqual(300)
})

test('calibration compares probabilities with how often they are right', () => {
  const { bins, error } = calibration(binary([0.25, 0.25, 0.25, 0.25, 1], [1, 0, 0, 0, 0]))!
  expect(bins).toEqual([
    { from: 0.2, to: 0.3, confidence: 0.25, accuracy: 0.25, rows: 4 },
    { from: 0.9, to: 1, confidence: 1, accuracy: 0, rows: 1 },
  ])
  expect(error).toBeCloseTo(0.2)
})

test('scores that are no probabilities, and labels, have no calibration', () => {
  expect(calibration(answersOf('classes', ['a', 'b'], [[-2, 2]], [1]))).toBeNull()
  expect(calibration(answersOf('classes', ['a', 'b'], [[Number.NaN, 0]], [1]))).toBeNull()
  expect(calibration(answersOf('labels', ['a', 'b'], [[0.1, 0.2]], [1, 0]))).toBeNull()
})
