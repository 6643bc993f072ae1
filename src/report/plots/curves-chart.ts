/** Learning curves as a chart of Vega-Lite: a panel for each measure, and one for the learning rate. */
import type { TopLevelSpec } from 'vega-lite'
import { formatMetric } from '../numbers.js'
import { type BestEpoch, type Curve, type CurvePlot, LEARNING_RATE, type Panel, type Part, rangeOf } from './curves.js'
import { CURVE_COLORS } from './theme.js'

const WIDTH = 350
const HEIGHT = 190
/** Panels beside each other. */
const COLUMNS = 2
/** Epochs of all runs together up to which each value has a dot. */
const MOST_DOTS = 40

const [TRAINING_COLOR, VALIDATION_COLOR, RATE_COLOR, , BEST_COLOR] = CURVE_COLORS

type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number]
type PanelSpec = Extract<TopLevelSpec, { concat: unknown }>['concat'][number]

/** Several runs differ by their colours, and training from validation by dashes; a sole run has a colour for each part. */
export function curvesChart(plot: CurvePlot, title: string): TopLevelSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title, subtitle: subtitleOf(plot) },
    spacing: { row: 28, column: 36 },
    columns: COLUMNS,
    concat: plot.panels.map((panel) => panelSpec(panel, plot)),
  }
}

/** Says which epoch is marked. */
function subtitleOf({ runs, panels, epochs, best }: CurvePlot): string {
  const length = `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`
  const hasBands = panels.some(({ curves }) => curves.some(({ spread }) => spread))
  const bands = hasBands ? '; lines are means over seeds, bands reach from the least to the largest value' : ''
  if (runs.length > 1) {
    return `${runs.length} curves, at most ${length}${bands}${best.length > 0 ? '; rings mark best epochs' : ''}`
  }
  const [one] = best
  return one ? `${length}; the line marks epoch ${one.epoch}, ${bestWords(one)}` : `${length}${bands}`
}

/** `the best by val_acc: 0.9712` */
const bestWords = ({ monitor, value, isMonitored }: BestEpoch): string =>
  `${isMonitored ? `the best by ${monitor}` : `with the lowest ${monitor}`}${value === null ? '' : `: ${formatMetric(value)}`}`

function panelSpec(panel: Panel, plot: CurvePlot): PanelSpec {
  const { key, isLog, curves } = panel
  const hasNone = !curves.some(({ values }) => values.some((value) => value !== null))
  const isRate = key === LEARNING_RATE
  const color = colorOf(plot, isRate)
  const parts = partsOf(plot)
  const dash = plot.runs.length > 1 && !isRate && parts.length > 1 ? { strokeDash: DASHES } : {}
  const x = {
    field: 'epoch',
    type: 'quantitative',
    title: 'epoch',
    scale: { domain: plot.epochs > 1 ? [1, plot.epochs] : [0, 2], nice: false },
    axis: {
      format: 'd',
      grid: false,
      ...(plot.epochs > 1 ? { tickMinStep: 1, tickCount: Math.min(plot.epochs, 6) } : { values: [1] }),
    },
  }
  const y = {
    field: 'value',
    type: 'quantitative',
    title: null,
    scale: isLog ? { type: 'log' } : { zero: false, ...(hasNone && { domain: [0, 1] }) },
    axis: { format: !isLog ? '~r' : leastOf(curves) < 1e-4 ? '~e' : '~g', tickCount: 5 },
  }
  const [low, high] = [{ ...y, field: 'low' }, { field: 'high' }]
  const detail = { field: 'part' }
  const layer = [
    ...(curves.some(({ spread }) => spread)
      ? [{ mark: { type: 'area', opacity: 0.18 }, encoding: { x, y: low, y2: high, color, detail } }]
      : []),
    ...bestLine(plot, x),
    {
      mark: { type: 'line', strokeWidth: 1.8, invalid: 'break-paths-show-path-domains' },
      encoding: { x, y, color, ...dash, detail },
    },
    {
      transform: [{ filter: 'datum.spot' }],
      mark: { type: 'point', filled: true, size: 22, opacity: 1 },
      encoding: { x, y, color },
    },
    ...bestRings(plot.best, panel, { x, y, color }),
  ]
  const name = isRate ? 'learning rate' : key
  return {
    title: {
      text: `${name}${isLog ? ', log scale' : ''}${hasNone ? ': no value is finite' : ''}`,
      ...{ fontSize: 12, fontWeight: 'bold', offset: 8, frame: 'group' },
    },
    width: WIDTH,
    height: HEIGHT,
    data: { values: curves.flatMap((curve) => rowsOf(curve, plot.epochs * plot.runs.length <= MOST_DOTS)) },
    layer: layer as Layer[],
  }
}

const LEGEND = {
  ...{ orient: 'bottom', title: null },
  ...{ symbolType: 'stroke', symbolStrokeWidth: 3, symbolOpacity: 1 },
}

const DASHES = {
  field: 'part',
  type: 'nominal',
  scale: {
    domain: ['training', 'validation'],
    range: [
      [3, 3],
      [1, 0],
    ],
  },
  legend: { ...LEGEND, symbolStrokeWidth: 2 },
}

function colorOf(plot: CurvePlot, isRate: boolean): object {
  const { runs } = plot
  if (runs.length > 1) {
    const longest = Math.max(...runs.map(({ length }) => length))
    return {
      field: 'run',
      type: 'nominal',
      scale: { domain: runs, range: runs.map((_, index) => CURVE_COLORS[index % CURVE_COLORS.length]) },
      legend: { ...LEGEND, columns: longest > 40 ? 1 : longest > 24 ? 2 : 3, labelLimit: 0 },
    }
  }
  if (isRate) return { value: RATE_COLOR }
  const parts = partsOf(plot)
  return {
    field: 'part',
    type: 'nominal',
    scale: { domain: parts, range: [TRAINING_COLOR, VALIDATION_COLOR].slice(0, parts.length) },
    legend: parts.length > 1 ? LEGEND : null,
  }
}

function partsOf({ panels }: CurvePlot): readonly Part[] {
  const found = new Set(panels.flatMap(({ curves }) => curves.map(({ part }) => part)))
  return (['training', 'validation'] as const).filter((part) => found.has(part))
}

const rowsOf = ({ run, part, values, spread }: Curve, hasDots: boolean): object[] =>
  values.map((value, index) => ({
    ...{ epoch: index + 1, value, run, part },
    ...(spread && { low: spread.low[index], high: spread.high[index] }),
    // a value between two gaps is no line
    spot: value !== null && (hasDots || isAlone(values, index)),
  }))

const leastOf = (curves: readonly Curve[]): number =>
  rangeOf(curves.flatMap(({ values }) => values.filter((value) => value !== null)))[0]

const isAlone = (values: Curve['values'], index: number): boolean =>
  (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null

/** In every panel, for a sole run. */
function bestLine({ runs, best }: CurvePlot, x: object): object[] {
  const [one] = best
  if (runs.length > 1 || !one) return []
  const mark = { type: 'rule', strokeDash: [4, 3] }
  return [{ data: { values: [{ epoch: one.epoch }] }, mark, encoding: { x, color: { value: BEST_COLOR } } }]
}

/** In the panel of the measure that is monitored, for each run. */
function bestRings(best: readonly BestEpoch[], { key, curves }: Panel, encoding: object): object[] {
  const values = best.flatMap(({ run, epoch, monitor, value }) => {
    const part = monitor.startsWith('val_') ? 'validation' : 'training'
    const isHere = curves.some((curve) => curve.run === run && curve.part === part)
    return isHere && monitor.replace(/^val_/, '') === key ? [{ run, part, epoch, value }] : []
  })
  if (values.length === 0) return []
  return [{ data: { values }, mark: { type: 'point', size: 110, strokeWidth: 2, filled: false, opacity: 1 }, encoding }]
}
