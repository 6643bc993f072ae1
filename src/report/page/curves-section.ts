/** The learning curves of the page of a run: data for the browser, buttons, and a table of all numbers. */
import type { History } from '../../export/history.js'
import { type CurvePlot, LEARNING_RATE, type Panel } from '../plots/curves.js'
import { CURVE_COLORS } from '../plots/theme.js'
import { short } from '../short-number.js'
import { html } from './html.js'
import type { Section } from './section.js'

/** Returns the data that `charts.js` draws. */
export const chartData = ({ epochs, best, panels }: CurvePlot) => ({
  epochs,
  best: best[0]?.epoch ?? null,
  panels: panels.map((panel) => ({
    isLog: panel.isLog,
    series: panel.curves.map(({ part, values }) => ({
      label: part ?? nameOf(panel),
      color: CURVE_COLORS[part === 'training' ? 0 : part === 'validation' ? 1 : 2],
      values,
    })),
  })),
})

const nameOf = ({ key }: Panel): string => (key === LEARNING_RATE ? 'learning rate' : key)

/** Rows of the table of epochs; of more epochs the first and the last ones are in it. */
const MOST_ROWS = 2000

export function curvesSection(plot: CurvePlot, history: History): Section {
  const { panels, best } = plot
  const [one] = best
  const body = html`
<p class="muted">Point at a curve to read its values; drag over epochs, or use the buttons, to look closer. With the keyboard: arrow keys move from epoch to epoch, + and - zoom, Escape shows all.${one ? ` The dashed line is at epoch ${one.epoch}, ${one.isMonitored ? `the best by ${one.monitor}` : `with the lowest ${one.monitor}`}.` : ''}</p>
<div class="charts">${panels.map((panel, index) => chart(panel, index))}</div>
<details><summary>Numbers of every epoch</summary>${epochTable(history)}</details>`
  return { id: 'learning-curves', title: 'Learning curves', body }
}

const chart = (panel: Panel, index: number) => {
  const name = `${nameOf(panel)}${panel.isLog ? ', log scale' : ''}`
  return html`<div class="chart" id="chart-${index}"><h3>${name}</h3>
<div class="canvas" tabindex="0" role="group" aria-label="Chart of ${name} by epoch"></div>
<button type="button" data-action="in" aria-label="Zoom in: ${name}">Zoom in</button>
<button type="button" data-action="out" aria-label="Zoom out: ${name}">Zoom out</button>
<button type="button" data-action="whole" aria-label="All epochs: ${name}">All epochs</button>
<p role="status" class="hidden"></p></div>`
}

function epochTable({ metrics, learning_rate: rates, seconds, epochs }: History) {
  const columns = Object.entries({ ...metrics, 'learning rate': rates, seconds })
  const numbers = Array.from({ length: epochs }, (_, index) => index)
  const shown = numbers.filter((index) => index < MOST_ROWS / 2 || index >= epochs - MOST_ROWS / 2)
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Numbers of every epoch"><table>
<thead><tr><th scope="col">epoch</th>${columns.map(([key]) => html`<th scope="col" class="number">${key}</th>`)}</tr></thead>
<tbody>${shown.map(
    (index) =>
      html`<tr><th scope="row">${index + 1}</th>${columns.map(([, values]) => {
        const value = values[index] ?? null
        return html`<td class="number">${value === null ? 'NaN' : short(value)}</td>`
      })}</tr>\n`,
  )}</tbody></table></div>`
}
