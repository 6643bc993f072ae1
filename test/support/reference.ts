/** The pages of docs/reference, made of the JSON Schema of a spec: every field and type, as `train explain` tells them. */
import { type Explanation, explain, type Field } from '../../src/spec/explain.js'
import { jsonSchema } from '../../src/spec/json-schema.js'
import { everyPlace, type Place, pathText, rootPlace, type SchemaNode } from '../../src/spec/schema-place.js'

const root = jsonSchema() as SchemaNode

/** Text of each page by its name; `README` lists the fields of the spec. */
export function referencePages(): ReadonlyMap<string, string> {
  const pages = new Map<string, string[]>()
  for (const explanation of explanations()) {
    const [page] = explanation.path.split('.')
    pages.set(page!, [...(pages.get(page!) ?? [`# ${page}`]), ...section(explanation)])
  }
  const { fields, description } = explain(root, rootPlace(root), [])
  const links = (name: string) => (pages.has(name) ? `[\`${name}\`](${name}.md)` : `\`${name}\``)
  pages.set('README', [
    '# Reference of the spec',
    'These pages are made of the JSON Schema of a spec. `npx train explain PATH` prints the same, with an example.',
    description.join(' '),
    table(fields, links),
  ])
  return new Map(Array.from(pages, ([name, blocks]) => [name, `${blocks.join('\n\n')}\n`]))
}

/** Explains every place that has fields, or values with names. */
function* explanations(): Iterable<Explanation> {
  const seen = new Set<string>()
  for (const [, place] of everyPlace(root)) {
    const path = pathText(place)
    if (seen.has(path) || isValue(place)) continue
    seen.add(path)
    const explanation = explain(root, place, [])
    if (explanation.fields.length > 0 || explanation.choices.length > 0) yield explanation
  }
}

const isValue = ({ path }: Place): boolean => path.at(-1)!.kind === 'value'

function section({ path, description, fields, choices, example }: Explanation): string[] {
  const name = (text: string) => `\`${text}\``
  const values = choices.map(({ names, description }) => `- ${names.map(name).join(', ')}: ${cell(description)}`)
  return [
    `## ${path}`,
    ...(description.length > 0 ? [description.map(cell).join(' ')] : []),
    ...(fields.length > 0 ? [table(fields, name)] : []),
    ...(values.length > 0 ? [values.join('\n')] : []),
    ...(example === undefined || example.length > LONGEST ? [] : [`Example: \`${example}\``]),
  ]
}

/** Characters of an example. */
const LONGEST = 120
/** Names that a cell lists. */
const MOST_NAMES = 6

function table(fields: readonly Field[], name: (name: string) => string): string {
  const rows = fields.map(({ values, choices, required, defaults, description, ...field }) => {
    const more = choices.length > MOST_NAMES ? [`${choices.length - MOST_NAMES} more`] : []
    const names = choices.slice(0, MOST_NAMES).map((one) => `\`${one}\``)
    const allowed = [...values.map(cell), [...names, ...more].join(', ')].filter((one) => one !== '')
    const preset = required ? 'must be given' : defaults.map((one) => `\`${cell(one)}\``).join(' or ')
    return `| ${[name(field.name), allowed.join('; '), preset, description.map(cell).join(' ')].join(' | ')} |`
  })
  return ['| field | allowed | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** Text in a cell of a table. Markup in it is text. */
const cell = (text: string): string => text.replace(/[|<>*]/g, '\\$&').replace(/\s+/g, ' ')
