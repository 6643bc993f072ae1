/** Sections of a run's page about the answers of its model for the test rows. */
import type { Mistake, TestAnswers } from '../../export/test-answers.js'
import { svgOf } from '../plots/render.js'
import { confusionMatrix } from '../plots/scores.js'
import { type TestPlot, testChart } from '../plots/test-charts.js'
import { pngOf } from '../png.js'
import { Html, html } from './html.js'
import { pngAddress, type RunPage, type Section } from './section.js'

/** Plots in the order of the page, with their titles. */
const SHOWN: readonly (readonly [TestPlot, string])[] = [
  ['confusion', 'Confusion matrix'],
  ['roc', 'ROC curves'],
  ['precision-recall', 'Precision and recall'],
  ['calibration', 'Calibration'],
  ['predicted', 'Predicted and true numbers'],
  ['residuals', 'Residuals'],
]

export async function testSections(outputs: RunPage['outputs']): Promise<Section[]> {
  if (outputs.length === 0) return []
  const plots: Html[] = []
  for (const [plot, title] of SHOWN) {
    const chart = testChart(
      plot,
      outputs.map(({ answers }) => answers),
      title,
    )
    if (chart) plots.push(html`<div role="img" aria-label="${title}">${await drawing(chart)}</div>`)
  }
  const confused = outputs.flatMap(({ answers }) => confusedPairs(answers))
  const test = html`<div class="plots">${plots}</div>${
    confused.length === 0
      ? null
      : html`<h3>Most confused</h3><ul>${confused.map((words) => html`<li>${words}</li>`)}</ul>`
  }`
  const mistakes = outputs.filter((output) => output.mistakes.length > 0)
  return [
    { id: 'test', title: 'Test rows', body: test },
    ...(mistakes.length === 0
      ? []
      : [
          {
            id: 'mistakes',
            title: 'Worst mistakes',
            body: html`${mistakes.map((one) => mistakeList(one.answers, one.mistakes))}`,
          },
        ]),
  ]
}

/** The label says what the picture shows; its hundreds of marks say nothing to who cannot see them. */
async function drawing(chart: Parameters<typeof svgOf>[0]): Promise<Html> {
  const svg = await svgOf(chart, 'light')
  return new Html(
    svg.replace('<svg ', '<svg aria-hidden="true" ').replaceAll(/ (role|aria-[a-z]+)="(?!true")[^"]*"/g, ''),
  )
}

const MOST_PAIRS = 10

function confusedPairs(answers: TestAnswers): string[] {
  if (answers.kind !== 'classes') return []
  const { names } = answers
  const pairs = confusionMatrix(answers).flatMap((row, right) =>
    row.flatMap((count, given) => (count > 0 && given !== right ? [{ count, right, given }] : [])),
  )
  return pairs
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MOST_PAIRS)
    .map(
      ({ count, right, given }) =>
        `${names[right]} taken for ${names[given]}: ${count} ${count === 1 ? 'row' : 'rows'}`,
    )
}

function mistakeList({ kind, name }: TestAnswers, mistakes: readonly Mistake[]): Html {
  const words =
    kind === 'classes'
      ? 'Test rows whose right class got the least against the predicted one. The last number is the answer for the predicted class against that for the right one.'
      : 'Test rows with the largest distance between the predicted and the true number.'
  const heading = html`<h3>${name}</h3><p class="muted">${words}</p>`
  if (mistakes.every(({ picture }) => picture === null)) return html`${heading}${mistakeTable(mistakes)}`
  return html`${heading}<ol class="mistakes">${mistakes.map(
    ({ row, right, given, detail, picture }) => html`<li>
${picture ? html`<img alt="Test row ${row}" src="${pngAddress(pngOf(picture))}">` : null}<br><strong>${given}</strong>, is ${right}<br><span class="muted">row ${row}, ${detail}</span></li>\n`,
  )}</ol>`
}

function mistakeTable(mistakes: readonly Mistake[]): Html {
  const columns = Object.keys(mistakes[0]!.cells ?? {})
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Worst mistakes"><table>
<thead><tr>${['test row', 'true', 'predicted', 'by how much', ...columns].map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${mistakes.map(
    ({ row, right, given, detail, cells = {} }) =>
      html`<tr><th scope="row">${row}</th>${[right, given, detail, ...columns.map((name) => cells[name] ?? '')].map((text) => html`<td>${text}</td>`)}</tr>\n`,
  )}</tbody></table></div>`
}
