/** Writes the spec of an imported model as text for people, with comments where they have to decide. */
import type { Named } from '../base/field.js'
import { formatShape, type Shape } from '../base/shape.js'
import { type Entry, field, inline, list, object, oneLine } from '../spec/written.js'
import type { Architecture, SpecEntry } from './architecture.js'
import type { Compiled, CompiledOutput } from './compiled.js'
import type { Fields } from './outside.js'

export interface ImportedSpec {
  readonly architecture: Architecture
  readonly compiled: Compiled
  /** Path of the weights as the spec writes it; null if the file has none. */
  readonly start: string | null
  /** `model.keras (Keras 3)` */
  readonly from: string
}

/** A whole spec, but for the data of the user. */
export function importedText({ architecture, compiled, start, from }: ImportedSpec): string {
  const { type, layers, precision } = architecture
  const { optimizer, notes } = compiled
  return `${headOf(from, notes)}\n${object([
    { text: `"data": ${dataText(architecture)}` },
    ...(precision === 'float32' ? [] : [field('precision', precision)]),
    { text: `"model": ${object([field('type', type), { text: `"layers": ${list(layers.map(layerEntry))}` }])}` },
    ...(start === null ? [] : [field('start', start, 'the weights')]),
    ...(optimizer === undefined ? [] : [field('optimizer', optimizer)]),
    ...outputEntries(architecture, compiled),
    field('fit', { batch_size: 32, epochs: 10 }),
  ])}\n`
}

/** Comments above the spec. */
const headOf = (from: string, notes: readonly string[]): string =>
  [`Imported from ${from}. The files in "data" are yours to fill in.`, ...notes.map((note) => `Note: ${note}.`)]
    .map((line) => `// ${oneLine(line)}`)
    .join('\n')

const layerEntry = ({ fields, comment }: SpecEntry): Entry => ({
  text: inline(fields),
  ...(comment !== undefined && { comment }),
})

function dataText({ inputs, outputs }: Architecture): string {
  const names = Object.keys(inputs)
  const taken = new Set(names)
  const targets = outputs.map((name) => {
    const wanted = outputs.length === 1 ? 'y' : name
    const column = taken.has(wanted) ? `${wanted}_target` : wanted
    taken.add(column)
    return { name, column }
  })
  const files = [...names, ...targets.map(({ column }) => column)].map((name) => [name, `${name}.npy`])
  return object([
    field(
      'source',
      Object.fromEntries(files),
      `a file of arrays for each column, ${shapesIn(inputs)}; docs/data.md has tables, pictures and texts`,
    ),
    field('features', Object.fromEntries(names.map((name) => [name, 'array']))),
    targets.length === 1
      ? field('target', targets[0]!.column)
      : field(
          'targets',
          Object.fromEntries(targets.map(({ name, column }) => [name, name === column ? {} : { column }])),
        ),
  ])
}

const shapesIn = (inputs: Named<Shape>): string =>
  Object.entries(inputs)
    .map(([name, shape]) => `${name} ${formatShape(['rows', ...shape] as unknown as Shape)}`)
    .join(', ')

function outputEntries({ layers, outputs }: Architecture, { outputs: settings }: Compiled): Entry[] {
  const all = outputs.map((name, index) => ({
    name,
    ...lossOf(settings[index]!, fieldsOf(layers, name)),
    setting: settings[index]!,
  }))
  if (all.length === 1) {
    const [{ loss, comment, setting }] = all as [(typeof all)[number]]
    return [field('loss', loss, comment), ...(setting.metrics.length > 0 ? [field('metrics', setting.metrics)] : [])]
  }
  const entries = all.map(({ name, loss, comment, setting: { lossWeight, metrics } }) =>
    field(
      name,
      { loss, ...(lossWeight !== 1 && { loss_weight: lossWeight }), ...(metrics.length > 0 && { metrics }) },
      comment,
    ),
  )
  return [{ text: `"outputs": ${object(entries)}` }]
}

const fieldsOf = (layers: readonly SpecEntry[], name: string): Fields =>
  layers.find(({ fields }) => fields.name === name)?.fields ?? {}

/** The loss of the file, or one that suits the last activation. */
function lossOf(
  { loss }: CompiledOutput,
  { activation, type }: Fields,
): { readonly loss: unknown; readonly comment?: string } {
  if (loss !== undefined) return { loss }
  const comment = 'the file has none: choose what the target needs'
  if (activation === 'softmax' || type === 'Softmax') return { loss: 'sparse_categorical_crossentropy', comment }
  return { loss: activation === 'sigmoid' ? 'binary_crossentropy' : 'mean_squared_error', comment }
}
