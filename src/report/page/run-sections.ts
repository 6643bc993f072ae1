/** Sections of a run's page about its parts: model, data, environment, warnings, spec. */
import type { Field } from '../../base/field.js'
import type { DataForm } from '../../base/form.js'
import { formatShape } from '../../base/shape.js'
import type { History } from '../../export/history.js'
import { type Html, html } from './html.js'
import type { RunPage, Section } from './section.js'

const whole = (value: number): string => value.toLocaleString('en')

const region = (name: string, table: Html): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">${table}</div>`

/** Rows of a name and a text. */
const facts = (name: string, rows: readonly (readonly [string, string])[]): Html =>
  region(
    name,
    html`<table><tbody>${rows.map(([key, text]) => html`<tr><th scope="row">${key}</th><td>${text}</td></tr>\n`)}</tbody></table>`,
  )

export function modelSection(model: RunPage['model']): Section | null {
  if (model === null) return null
  const { layers, parameters } = model
  const rows = layers.map(({ name, type, parameters: count, calls }) => {
    const { output_shape: shape, inputs } = calls.at(-1)!
    return html`<tr><th scope="row">${name}</th><td>${type}</td><td>${formatShape([null, ...shape])}</td>
<td class="number">${whole(count)}</td><td>${inputs.join(', ')}</td></tr>\n`
  })
  const counts = `${whole(parameters.total)} parameters, ${whole(parameters.trainable)} of them trained.`
  const body = html`<p>${counts}</p>${region(
    'Layers',
    html`<table><thead><tr><th scope="col">layer</th><th scope="col">type</th><th scope="col">output shape</th>
<th scope="col" class="number">parameters</th><th scope="col">inputs</th></tr></thead><tbody>${rows}</tbody></table>`,
  )}`
  return { id: 'model', title: 'Model', body }
}

export function dataSection(form: DataForm | null, { samples, validation_samples: validation }: History): Section {
  const counts: readonly (readonly [string, string])[] = [
    ['training rows', whole(samples)],
    ['validation rows', whole(validation)],
  ]
  const body = form
    ? facts('Data', [
        ['source', form.name],
        ...counts,
        ['test rows', whole(form.rows.test)],
        ...Object.entries(form.inputs).map(([name, field]) => [`input ${name}`, fieldWords(field)] as const),
        ...Object.entries(form.targets).map(([name, field]) => [`target ${name}`, fieldWords(field)] as const),
      ])
    : facts('Data', counts)
  return { id: 'data', title: 'Data', body }
}

function fieldWords({ shape, values, classes }: Field): string {
  const each = shape.length === 0 ? 'one a row' : `${formatShape(shape)} a row`
  return `${values === 'class' ? `${classes} classes` : `${values} numbers`}, ${each}`
}

export function environmentSection(history: History): Section {
  const { seed, engine, device, precision, processors, versions, started, total_seconds: seconds, start } = history
  const body = facts('Environment', [
    ['engine', `${engine} on ${device}, ${precision}`],
    ['seed', String(seed)],
    ['processors', String(processors)],
    ...(start ? [['started from', JSON.stringify(start)] as const] : []),
    ...Object.entries(versions).map(([name, version]) => [name, version] as const),
    ['start', started],
    ['seconds', seconds.toFixed(1)],
  ])
  return { id: 'environment', title: 'Environment', body }
}

export function warningsSection({ warnings }: History): Section | null {
  if (warnings.length === 0) return null
  const body = html`<ul>${warnings.map(({ pointer, message }) => html`<li>${pointer === '' ? '' : `${pointer}: `}${message}</li>`)}</ul>`
  return { id: 'warnings', title: 'Warnings', body }
}

export const specSection = (spec: string): Section => ({
  id: 'spec',
  title: 'Spec',
  body: html`<details><summary>The whole spec, with every default</summary><pre tabindex="0">${spec}</pre></details>`,
})
