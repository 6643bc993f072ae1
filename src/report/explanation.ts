/** Formats an explanation of a place in the spec, in 80 columns. */
import type { Explanation, Field } from '../spec/explain.js'
import { wrapped } from './table.js'

const WIDTH = 80

export function explanationLines(explanation: Explanation): string[] {
  const { path, description, choices, fields, setting, example } = explanation
  return [
    ...(path === '' ? [] : [path]),
    ...paragraph(description.join(' '), '  '),
    ...(path === '' ? [] : valueLines(explanation)),
    ...section(
      'Fields',
      fields.flatMap((field) => [`  ${field.name}`, ...fieldLines(field)]),
    ),
    ...section(
      'Names',
      choices.flatMap(({ names, description }) => [
        `  ${names[0]}${names.length > 1 ? ` (also ${names.slice(1).join(', ')})` : ''}`,
        ...paragraph(description, '      '),
      ]),
    ),
    ...(example === undefined ? [] : ['', 'Example:', `  ${example}`]),
    ...(setting === undefined ? [] : [`  --set ${setting}`]),
  ]
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines]

const paragraph = (text: string, indentation: string): string[] =>
  text === '' ? [] : wrapped(text, indentation, WIDTH)

function valueLines({ values, choices, required, defaults }: Explanation): string[] {
  const allowed = [...values, ...(choices.length > 0 ? ['a name below'] : [])]
  const lines = [
    ...(allowed.length > 0 ? wrapped(`Allowed: ${allowed.join(', or ')}.`, '', WIDTH) : []),
    ...(defaults.length > 0 ? [`Default: ${defaults.join(' or ')}`] : required ? ['Must be given.'] : []),
  ]
  return lines.length > 0 ? ['', ...lines] : []
}

/** Names of choices that are listed with a field. */
const MOST_CHOICES = 4

function fieldLines({ description, required, values, defaults, choices }: Field): string[] {
  const some = choices.slice(0, MOST_CHOICES).map((name) => JSON.stringify(name))
  const more = choices.length - some.length
  const names = some.length > 0 ? [`${some.join(', ')}${more > 0 ? ` and ${more} more` : ''}`] : []
  const allowed = [...values, ...names].join(', or ')
  const preset = defaults.length > 0 ? ` Default: ${defaults.join(' or ')}.` : required ? ' Must be given.' : ''
  return [...paragraph(description.join(' '), '      '), ...paragraph(`Allowed: ${allowed}.${preset}`, '      ')]
}

/** Lists places of the same name. */
export const placesLines = (name: string, places: readonly Pick<Explanation, 'path' | 'description'>[]): string[] => [
  `${name} is in ${places.length} places:`,
  ...places.flatMap(({ path, description }) => [`  ${path}`, ...paragraph(description.join(' '), '      ')]),
]
