/** Explains a place in the spec from its JSON Schema: the meaning, the values that are allowed, an example. */
import { exampleOf, exampleWithin } from './example.js'
import { keyword, leavesOf, type Place, pathText, placesIn, type SchemaNode } from './schema-place.js'
import { valueWords } from './value-words.js'
import { inline } from './written.js'

export interface Explanation {
  /** `model.layers.Dense`; empty for the whole spec. */
  readonly path: string
  readonly description: readonly string[]
  /** The values that are allowed, beside those that have names: `a whole number, at least 1`. */
  readonly values: readonly string[]
  readonly required: boolean
  /** In JSON; several if types differ in it, none if there is no default. */
  readonly defaults: readonly string[]
  /** Types, or texts that are allowed, by their names. */
  readonly choices: readonly Choice[]
  readonly fields: readonly Field[]
  /** In JSON; undefined for the whole spec. */
  readonly example: string | undefined
  /** The example as `--set` takes it: `fit.epochs=5`. Undefined within a list and below a type. */
  readonly setting: string | undefined
}

export interface Choice {
  /** The name, then its other spellings. */
  readonly names: readonly string[]
  readonly description: string
}

export type Field = Pick<Explanation, 'values' | 'required' | 'defaults' | 'description'> & {
  readonly name: string
  /** Names of types or texts that are allowed. */
  readonly choices: readonly string[]
}

/** `specs`: complete specs, of which the first that has a short value at the place gives the example. */
export function explain(root: SchemaNode, place: Place, specs: readonly unknown[]): Explanation {
  const inside = [...new Set(placesIn(root, place).values())]
  const isSpec = place.path.length === 0
  const example = isSpec ? undefined : (exampleWithin(place, specs) ?? exampleOf(root, place.schemas[0]!))
  const isSetting = PLAIN.test(String(example)) && place.path.every(({ kind }) => kind === 'field')
  return {
    path: pathText(place),
    ...aboutOf(root, place),
    choices: choicesOf(root, inside),
    fields: inside
      .filter((one) => kindOf(one) === 'field')
      .map((field) => ({
        name: field.path.at(-1)!.word,
        ...aboutOf(root, field),
        choices: choicesOf(root, [...new Set(placesIn(root, field).values())]).map(({ names }) => names[0]!),
      })),
    example: example === undefined ? undefined : inline(example),
    setting: isSetting && !isSpec ? `${pathText(place)}=${example}` : undefined,
  }
}

/** A value that needs no quotes, in JSON or in a shell. */
const PLAIN = /^[\w.+-]+$/

const kindOf = (place: Place) => place.path.at(-1)?.kind

function aboutOf(root: SchemaNode, { schemas, required }: Place): Omit<Field, 'name' | 'choices'> {
  const of = (name: 'description' | 'default') =>
    schemas.flatMap((schema) => {
      const found = keyword(root, schema, name)
      return found === undefined ? [] : [found]
    })
  const leaves = schemas.flatMap((schema) => [...leavesOf(root, schema)].map((leaf) => leaf.schema))
  return {
    description: [...new Set(of('description') as string[])],
    required,
    values: [...new Set(leaves.flatMap((leaf) => valueWords(root, leaf) ?? []))],
    defaults: [...new Set(of('default').map(inline))],
  }
}

/** Spellings of one thing follow one another and have the same description. */
function choicesOf(root: SchemaNode, inside: readonly Place[]): readonly Choice[] {
  const choices: { names: string[]; description: string }[] = []
  for (const place of inside) {
    const { kind, word, tag } = place.path.at(-1)!
    if ((kind !== 'type' && kind !== 'value') || choices.some(({ names }) => names.includes(word))) continue
    const [schema] = place.schemas
    const description = keyword(root, schema!, 'description') ?? ''
    const last = choices.at(-1)
    const isSpelling = kind === 'value' && description !== '' && last?.description === description
    if (isSpelling) last.names.push(word)
    else choices.push({ names: [...(tag?.names ?? [word])], description })
  }
  return choices
}
