/** Charts of the classes that a model finds in test rows. */
import { fixed } from '../../base/python-format.js'
import { visible } from '../../base/visible.js'
import type { TestAnswers } from '../../export/test-answers.js'
import { distinct } from './curves.js'
import { DIAGONAL, type PanelSpec, SIZE, share, titled } from './panels.js'
import { calibration, confusionMatrix, precisionRecallCurve, rocCurve, type ScoreCurve } from './scores.js'
import { CURVE_COLORS } from './theme.js'

const [FIRST_COLOR, SECOND_COLOR, , , WRONG_COLOR] = CURVE_COLORS

/** Classes of a confusion matrix with numbers in its cells, and of any. */
const MOST_WITH_NUMBERS = 20
const MOST_CLASSES = 100

export function confusionPanels(answers: TestAnswers): readonly PanelSpec[] {
  if (answers.kind !== 'classes' || answers.names.length > MOST_CLASSES) return []
  const counts = confusionMatrix(answers)
  const names = distinct(answers.names)
  const right = counts.reduce((sum, row, index) => sum + row[index]!, 0)
  const values = counts.flatMap((row, index) => {
    const all = row.reduce((sum, count) => sum + count, 0)
    return row.map((count, other) => ({
      ...{ right: names[index], predicted: names[other], count, isRight: index === other },
      share: all === 0 ? 0 : count / all,
    }))
  })
  const cell = names.length > MOST_WITH_NUMBERS ? Math.max(5, Math.floor(600 / names.length)) : 34
  const axis = { labelLimit: 160, ticks: false, domain: false, labelOverlap: true }
  const [x, y] = [
    { field: 'predicted', type: 'nominal', title: 'predicted', sort: names, axis: { ...axis, labelAngle: -45 } },
    { field: 'right', type: 'nominal', title: 'true', sort: names, axis },
  ]
  return [
    {
      title: titled(answers.name, `${right} of ${answers.rows} rows are right; shades are shares of the true class`),
      width: { step: cell },
      height: { step: cell },
      data: { values },
      layer: [
        {
          mark: { type: 'rect', stroke: '#8a7968', strokeWidth: 0.3 },
          encoding: {
            ...{ x, y },
            fill: { condition: { test: 'datum.isRight', value: FIRST_COLOR }, value: WRONG_COLOR },
            // the words of a cell stay readable on a light and on a dark background
            fillOpacity: {
              field: 'share',
              type: 'quantitative',
              scale: { domain: [0, 1], range: [0, 0.7] },
              legend: null,
            },
          },
        },
        ...(names.length > MOST_WITH_NUMBERS
          ? []
          : [
              {
                transform: [{ filter: 'datum.count > 0' }],
                mark: { type: 'text', fontSize: 10 },
                encoding: { x, y, text: { field: 'count' } },
              },
            ]),
      ],
    } as unknown as PanelSpec,
  ]
}

/** Curves in one panel. */
const MOST_CURVES = 12

export const rocPanels = (answers: TestAnswers): readonly PanelSpec[] =>
  scorePanel(answers, rocCurve, { x: 'false positive rate', y: 'true positive rate', score: 'AUC', hasDiagonal: true })

export const recallPanels = (answers: TestAnswers): readonly PanelSpec[] =>
  scorePanel(answers, precisionRecallCurve, { x: 'recall', y: 'precision', score: 'AP', hasDiagonal: false })

interface ScoreWords {
  readonly x: string
  readonly y: string
  readonly score: string
  readonly hasDiagonal: boolean
}

/** Draws one curve for a class. If there are two classes, it is that of the second; if many, those with the lowest scores. */
function scorePanel(
  answers: TestAnswers,
  curveOf: (answers: TestAnswers, name: number) => ScoreCurve | null,
  { x, y, score, hasDiagonal }: ScoreWords,
): readonly PanelSpec[] {
  const { kind, names, name } = answers
  if (kind === 'numbers') return []
  const each = kind === 'classes' && names.length === 2 ? [1] : names.map((_, index) => index)
  const found = each.flatMap((index) => curveOf(answers, index) ?? [])
  if (found.length === 0) return []
  const mean = found.reduce((sum, one) => sum + one.score, 0) / found.length
  const shown = found.length > MOST_CURVES ? found.toSorted((a, b) => a.score - b.score).slice(0, MOST_CURVES) : found
  const left = found.length - shown.length
  const labels = distinct(shown.map((one) => `${one.name}: ${score} ${fixed(one.score, 4)}`))
  const values = shown.flatMap(({ points }, index) =>
    points.map(([px, py], order) => ({ x: px, y: py, order, name: labels[index] })),
  )
  const subtitle =
    found.length === 1
      ? ''
      : `mean ${score} ${fixed(mean, 4)}${left > 0 ? `; the ${MOST_CURVES} lowest of ${found.length}` : ''}`
  return [
    {
      title: titled(name, subtitle),
      width: SIZE,
      height: SIZE,
      layer: [
        ...(hasDiagonal ? [DIAGONAL] : []),
        {
          data: { values },
          mark: { type: 'line', strokeWidth: 1.8, interpolate: 'linear' },
          encoding: {
            ...{ x: share('x', x), y: share('y', y), order: { field: 'order' } },
            color: {
              field: 'name',
              type: 'nominal',
              sort: labels,
              scale: { domain: labels, range: CURVE_COLORS.slice(0, labels.length) },
              legend: {
                title: null,
                orient: 'bottom',
                columns: 1,
                labelLimit: 0,
                symbolType: 'stroke',
                symbolStrokeWidth: 3,
              },
            },
          },
        },
      ],
    } as unknown as PanelSpec,
  ]
}

export function calibrationPanels(answers: TestAnswers): readonly PanelSpec[] {
  const found = calibration(answers)
  if (!found) return []
  const { names, name, rows } = answers
  const of = names.length === 2 ? `probability of ${visible(names[1]!)}` : 'probability of the predicted class'
  const values = found.bins.map((bin) => ({ ...bin, share: bin.rows / rows }))
  const x = share('confidence', of)
  return [
    {
      title: titled(name, `expected calibration error ${fixed(found.error, 4)}; bars are shares of the rows`),
      width: SIZE,
      height: SIZE,
      layer: [
        DIAGONAL,
        {
          data: { values },
          mark: { type: 'bar', opacity: 0.35, color: SECOND_COLOR },
          encoding: {
            x: share('from', of),
            x2: { field: 'to' },
            y: share('share', 'share that is right'),
            y2: { datum: 0 },
          },
        },
        {
          data: { values },
          mark: { type: 'line', strokeWidth: 1.8, color: FIRST_COLOR, point: { size: 40, color: FIRST_COLOR } },
          encoding: { x, y: share('accuracy', 'share that is right') },
        },
      ],
    } as unknown as PanelSpec,
  ]
}
