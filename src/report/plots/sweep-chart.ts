/** The trials of a sweep as a chart of Vega-Lite: each field against what is monitored, and the curves of all trials. */
import type { TopLevelSpec } from 'vega-lite'
import { visible } from '../../base/visible.js'
import type { SweepReport } from '../../export/sweep-report.js'
import { formatMetric } from '../numbers.js'
import { cut } from '../table.js'
import type { PanelSpec } from './panels.js'
import { CURVE_COLORS } from './theme.js'

const WIDTH = 350
const HEIGHT = 220
/** Panels beside each other. */
const COLUMNS = 2
/** Characters of a value on an axis. */
const LONGEST = 18
/** A positive range as wide as this is drawn on a logarithmic axis. */
const WIDE = 50

const [COLOR, BEST_COLOR] = CURVE_COLORS

/** The monitored value after each epoch of a trial. */
export interface TrialCurve {
  readonly trial: number
  readonly values: readonly (number | null)[]
}

/** Null if no trial has a value. */
export function sweepChart(report: SweepReport, curves: readonly TrialCurve[]): TopLevelSpec | null {
  const { name, trials, monitor, fields, best } = report
  const found = trials.filter(({ value }) => value !== null)
  if (found.length === 0) return null
  const top = trials.find(({ trial }) => trial === best)
  const subtitle = [
    `${found.length} of ${trials.length} trials have a value`,
    ...(top ? [`the orange one is the best, trial ${top.trial}: ${monitor.key} ${formatMetric(top.value!)}`] : []),
    ...(trials.some(({ state }) => state === 'stopped') ? ['faint ones were stopped early'] : []),
  ].join('; ')
  const longest = curves.reduce((most, { values }) => Math.max(most, values.length), 0)
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: visible(`Sweep of ${name}`), subtitle: visible(subtitle) },
    spacing: { row: 28, column: 36 },
    columns: COLUMNS,
    concat: [
      ...fields.map((field) => fieldPanel(field, found, report)),
      ...(longest > 1 ? [curvesPanel(curves, longest, report)] : []),
    ],
  }
}

const titled = (text: string) => ({
  ...{ text: visible(text), fontSize: 12, fontWeight: 'bold', offset: 8, frame: 'group' },
})

/** The best trial is drawn last, above the others. */
const bestLast = <Item extends { readonly trial: number }>(items: readonly Item[], best: number | null): Item[] =>
  items.toSorted((a, b) => Number(a.trial === best) - Number(b.trial === best))

/** Orange for the best trial. */
const colorOf = (best: number | null) => ({
  condition: { test: `datum.trial === ${best ?? 0}`, value: BEST_COLOR },
  value: COLOR,
})

function fieldPanel(field: string, trials: SweepReport['trials'], { monitor, best }: SweepReport): PanelSpec {
  const numbers = trials.map(({ values }) => values[field]).filter((value) => typeof value === 'number')
  const isNumber = numbers.length === trials.length && new Set(numbers).size > 2
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)]
  const isLog = isNumber && least > 0 && most / least >= WIDE
  const textOf = (value: unknown) => cut(typeof value === 'string' ? value : JSON.stringify(value), LONGEST)
  const order = [...new Set(trials.map(({ values }) => values[field]))].toSorted(inOrder).map(textOf)
  const x = isNumber
    ? {
        ...{ field: 'x', type: 'quantitative', title: null },
        scale: isLog ? { type: 'log' } : { zero: false },
        axis: { grid: false, tickCount: 5, format: !isLog ? '~r' : least < 1e-3 ? '~e' : '~g' },
      }
    : { field: 'x', type: 'nominal', title: null, sort: order, axis: { labelAngle: order.length > 4 ? -30 : 0 } }
  return {
    title: titled(`${field}${isLog ? ', log scale' : ''}`),
    width: WIDTH,
    height: HEIGHT,
    data: {
      values: bestLast(trials, best).map(({ trial, values, value, state }) => ({
        ...{ trial, y: value, isWhole: state !== 'stopped' },
        x: isNumber ? values[field] : textOf(values[field]),
      })),
    },
    mark: { type: 'point', filled: true, size: 60, strokeWidth: 0 },
    encoding: {
      x,
      y: axisOf(monitor.key),
      color: colorOf(best),
      opacity: { condition: { test: 'datum.isWhole', value: 0.9 }, value: 0.35 },
    },
  } as PanelSpec
}

const axisOf = (title: string) => ({
  ...{ field: 'y', type: 'quantitative', title: visible(title) },
  ...{ scale: { zero: false }, axis: { format: '~r', tickCount: 5 } },
})

/** Numbers by their size, others as texts. */
function inOrder(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}

function curvesPanel(curves: readonly TrialCurve[], longest: number, { monitor, best }: SweepReport): PanelSpec {
  const values = bestLast(curves, best).flatMap(({ trial, values: own }) =>
    own.map((y, index) => ({ trial, epoch: index + 1, y, isDot: own.length === 1 })),
  )
  const x = {
    ...{ field: 'epoch', type: 'quantitative', title: 'epoch', scale: { domain: [1, longest], nice: false } },
    axis: { format: 'd', grid: false, tickMinStep: 1, tickCount: Math.min(longest, 6) },
  }
  const isBest = `datum.trial === ${best ?? 0}`
  const line = { type: 'line', strokeWidth: 1.2, opacity: 0.45, color: COLOR }
  const encoding = { x, y: axisOf(monitor.key), detail: { field: 'trial' } }
  return {
    title: titled(`${monitor.key} of each trial`),
    width: WIDTH,
    height: HEIGHT,
    data: { values },
    layer: [
      { mark: line, encoding },
      {
        transform: [{ filter: isBest }],
        mark: { ...line, strokeWidth: 2.2, opacity: 1, color: BEST_COLOR },
        encoding,
      },
      // a trial of a single epoch is no line
      {
        transform: [{ filter: 'datum.isDot' }],
        mark: { type: 'point', filled: true, size: 22, color: COLOR, opacity: 0.45 },
        encoding,
      },
    ],
  } as PanelSpec
}
