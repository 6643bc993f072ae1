/** Scores of the page of a run: how it ended, its measures, its expectations. */
import type { History } from '../../export/history.js'
import { formatMetric } from '../numbers.js'
import { type Html, html } from './html.js'
import type { Section } from './section.js'

/** The lines below the title: how training ended, and whether expectations were met. */
export function scoreWords(history: History): Html {
  const { expectations, best, restored_best_weights: isRestored } = history
  const failed = expectations.filter(({ passed }) => !passed).length
  const met =
    failed === 0
      ? expectations.length === 1
        ? 'The expectation was met'
        : `All ${expectations.length} expectations were met`
      : `${failed} of ${expectations.length} expectations were not met`
  return html`<p>${endWords(history)}${best ? ` Epoch ${best.epoch} was the best by ${best.monitor}${isRestored ? '; the model has its weights' : ''}.` : ''}</p>
${expectations.length === 0 ? null : html`<p class="${failed === 0 ? 'good' : 'bad'}"><strong>${met}.</strong></p>`}`
}

function endWords({ stop, epochs }: History): string {
  const count = `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`
  switch (stop.reason) {
    case 'completed':
      return `Training completed ${count}.`
    case 'early_stopping':
      return `Early stopping ended training after ${count}.`
    case 'paused':
      return `Training paused after ${count}.`
    case 'interrupted':
      return `Training was interrupted in epoch ${stop.epoch}, at step ${stop.step}.`
    case 'time_budget':
      return `The time ran out in epoch ${stop.epoch}, at step ${stop.step}.`
    case 'missing_row':
      return `Training ended in epoch ${stop.epoch}, at step ${stop.step}: a number had no vector in an Embedding.`
    case 'diverged':
      return `Training diverged in epoch ${stop.epoch}, at step ${stop.step}: ${stop.tensor} had NaN or infinity.`
  }
}

const number = (value: number | null | undefined): Html =>
  html`<td class="number">${value === undefined ? '' : value === null ? 'NaN' : formatMetric(value)}</td>`

/** Each measure in training, in validation and on the test rows; of the best epoch too. */
export function measuresSection({ metrics, best, test, epochs }: History): Section {
  const keys = [
    ...new Set([...Object.keys(metrics).map((key) => key.replace(/^val_/, '')), ...Object.keys(test ?? {})]),
  ]
  const hasValidation = Object.keys(metrics).some((key) => key.startsWith('val_'))
  const at = (key: string, epoch: number) => metrics[key]?.[epoch - 1]
  const columns: readonly (readonly [string, (key: string) => number | null | undefined])[] = [
    ['last epoch, training', (key) => at(key, epochs)],
    ...(hasValidation ? [['last epoch, validation', (key: string) => at(`val_${key}`, epochs)] as const] : []),
    ...(hasValidation && best
      ? [[`best epoch ${best.epoch}, validation`, (key: string) => at(`val_${key}`, best.epoch)] as const]
      : []),
    ...(test ? [['test', (key: string) => test[key]] as const] : []),
  ]
  const body = html`<div class="scroll" tabindex="0" role="region" aria-label="Measures"><table>
<thead><tr><th scope="col">measure</th>${columns.map(([title]) => html`<th scope="col" class="number">${title}</th>`)}</tr></thead>
<tbody>${keys.map((key) => html`<tr><th scope="row">${key}</th>${columns.map(([, of]) => number(of(key)))}</tr>\n`)}</tbody></table></div>`
  return { id: 'measures', title: 'Measures', body }
}

export function expectationsSection({ expectations }: History): Section | null {
  if (expectations.length === 0) return null
  const rows = expectations.map(
    ({ key, bound, value, at, found, passed }) => html`<tr><th scope="row">${key}</th>
<td>${bound === 'min' ? 'at least' : 'at most'} ${value}${at ? ` at the ${at} epoch` : ''}</td>
<td>${found === null ? 'none, or NaN' : formatMetric(found)}</td><td class="${passed ? 'good' : 'bad'}">${passed ? 'met' : 'not met'}</td></tr>\n`,
  )
  const body = html`<div class="scroll" tabindex="0" role="region" aria-label="Expectations"><table>
<thead><tr><th scope="col">key</th><th scope="col">expected</th><th scope="col">found</th><th scope="col">outcome</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
  return { id: 'expectations', title: 'Expectations', body }
}
