/** Charts of the numbers that a model predicts for test rows. */
import type { TestAnswers } from '../../export/test-answers.js'
import { formatMetric } from '../numbers.js'
import { DIAGONAL, type PanelSpec, SIZE, titled } from './panels.js'
import { CURVE_COLORS } from './theme.js'

const [FIRST_COLOR] = CURVE_COLORS

/** Names of numbers with a panel each, and dots in a panel. */
const MOST_NUMBERS = 6
const MOST_DOTS = 2000

interface NumberPair {
  readonly right: number
  readonly predicted: number
  readonly residual: number
}

/** The pairs of each name, evenly thinned. Answers that are not finite are left out. */
function pairsOf({ kind, names, rows, given, right, name }: TestAnswers) {
  if (kind !== 'numbers') return []
  const step = Math.max(1, rows / MOST_DOTS)
  const dots = Array.from({ length: Math.min(rows, MOST_DOTS) }, (_, index) => Math.floor(index * step))
  return names.slice(0, MOST_NUMBERS).map((one, column) => {
    const at = (row: number) => row * names.length + column
    const pairs = dots.map((row): NumberPair => {
      const [predicted, truth] = [given[at(row)]!, right[at(row)]!]
      return { predicted, right: truth, residual: predicted - truth }
    })
    let [squares, sizes] = [0, 0]
    for (let row = 0; row < rows; row++) {
      const residual = given[at(row)]! - right[at(row)]!
      squares += residual ** 2
      sizes += Math.abs(residual)
    }
    const thinned = rows > MOST_DOTS ? `; ${MOST_DOTS} of ${rows} rows are drawn` : ''
    const errors = `mean absolute error ${formatMetric(sizes / rows)}, root mean square ${formatMetric(Math.sqrt(squares / rows))}`
    return {
      title: titled(names.length > 1 || one === '' ? one || name : one, `${errors}${thinned}`),
      pairs: pairs.filter(({ residual }) => Number.isFinite(residual)),
    }
  })
}

const number = (field: string, title: string) => ({
  field,
  type: 'quantitative',
  title,
  scale: { zero: false },
  axis: { tickCount: 6 },
})

const DOT = { type: 'point', filled: true, size: 18, opacity: 0.5, color: FIRST_COLOR }

export function predictedPanels(answers: TestAnswers): readonly PanelSpec[] {
  return pairsOf(answers).map(({ title, pairs }) => {
    const all = pairs.flatMap(({ right, predicted }) => [right, predicted])
    const ends = [Math.min(...all), Math.max(...all)].map((value) => ({ right: value, predicted: value }))
    return {
      ...{ title, width: SIZE, height: SIZE },
      layer: [
        {
          ...DIAGONAL,
          data: { values: ends },
          encoding: { x: number('right', 'true'), y: number('predicted', 'predicted') },
        },
        {
          data: { values: pairs },
          mark: DOT,
          encoding: { x: number('right', 'true'), y: number('predicted', 'predicted') },
        },
      ],
    } as unknown as PanelSpec
  })
}

export function residualPanels(answers: TestAnswers): readonly PanelSpec[] {
  return pairsOf(answers).flatMap(({ title, pairs }) => [
    {
      ...{ title, width: SIZE, height: SIZE },
      data: { values: pairs },
      layer: [
        {
          data: { values: [{ residual: 0 }] },
          mark: { ...DIAGONAL.mark, type: 'rule' },
          encoding: { y: number('residual', '') },
        },
        {
          mark: DOT,
          encoding: { x: number('predicted', 'predicted'), y: number('residual', 'predicted minus true') },
        },
      ],
    } as unknown as PanelSpec,
    {
      ...{ title: titled('distribution', ''), width: SIZE, height: SIZE },
      data: { values: pairs },
      mark: { type: 'bar', color: FIRST_COLOR },
      encoding: {
        x: { field: 'residual', type: 'quantitative', bin: { maxbins: 30 }, title: 'predicted minus true' },
        y: { aggregate: 'count', type: 'quantitative', title: 'rows' },
      },
    } as unknown as PanelSpec,
  ])
}
