/** Finds places in the JSON Schema of a spec by the names of fields, types and values. */

/** The keywords that the schema of a spec uses. */
export interface SchemaNode {
  readonly $ref?: string
  readonly definitions?: Readonly<Record<string, SchemaNode>>
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly enumDescriptions?: readonly string[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly additionalProperties?: SchemaNode | boolean
  readonly propertyNames?: SchemaNode
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly allOf?: readonly SchemaNode[]
  readonly then?: SchemaNode
  readonly else?: SchemaNode
  readonly not?: unknown
  readonly discriminator?: { readonly propertyName: string }
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxLength?: number
  readonly minProperties?: number
  readonly pattern?: string
  readonly patternErrorMessage?: string
}

/**
 * A step from a value into it. `field`: the value of a key. `type`: the same value, if it is of this type. `value`: the
 * same value, if it is this text. `inner`: a field of only some of the types. `name`: the value of any key. `item`: any
 * item of a list.
 */
export interface Step {
  readonly kind: 'field' | 'type' | 'value' | 'inner' | 'name' | 'item'
  readonly word: string
  /** For a type: the key that tells types apart, and all spellings of this one. */
  readonly tag?: { readonly key: string; readonly names: readonly string[] }
}

/** A place in the spec with the schemas of its value; several if types have fields of the same name. */
export interface Place {
  readonly path: readonly Step[]
  readonly schemas: readonly SchemaNode[]
  readonly required: boolean
}

/** `model.layers.Dense` */
export const pathText = ({ path }: Place): string =>
  path.flatMap(({ kind, word }) => (kind === 'item' ? [] : [word])).join('.')

export const rootPlace = (root: SchemaNode): Place => ({ path: [], schemas: [root], required: true })

/** An alternative of a schema that has no alternatives itself, and the key that tells it apart from the others. */
interface Leaf {
  readonly schema: SchemaNode
  readonly key?: string | undefined
}

export function* leavesOf(root: SchemaNode, schema: SchemaNode, key?: string): Iterable<Leaf> {
  const { $ref, properties, not } = schema
  const inside = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? (properties ? undefined : branches(schema))
  if ($ref !== undefined) yield* leavesOf(root, target(root, $ref), key)
  else if (inside) for (const one of inside) yield* leavesOf(root, one, schema.discriminator?.propertyName)
  else if (Array.isArray(schema.type)) for (const type of schema.type) yield { schema: { ...schema, type } }
  else if (not === undefined) yield { schema, key }
}

const branches = (schema: SchemaNode): readonly SchemaNode[] | undefined =>
  schema.then && schema.else ? [schema.then, schema.else] : undefined

const target = (root: SchemaNode, ref: string): SchemaNode => root.definitions![ref.split('/').at(-1)!]!

/** Finds a keyword of a schema, or else of the schema that it refers to. */
export function keyword<Name extends keyof SchemaNode>(
  root: SchemaNode,
  schema: SchemaNode,
  name: Name,
): SchemaNode[Name] | undefined {
  if (Object.hasOwn(schema, name)) return schema[name]
  if (schema.$ref !== undefined) return keyword(root, target(root, schema.$ref), name)
  return schema.allOf ? keyword(root, schema.allOf[0]!, name) : undefined
}

const RANK = ['field', 'type', 'value', 'inner', 'name'] as const

/** The places one step further, by all their names. A key that may be any is under `NAME`. */
export function placesIn(root: SchemaNode, place: Place): ReadonlyMap<string, Place> {
  const found = new Map<string, Place>()
  // a text has nothing in it
  if (place.path.at(-1)?.kind === 'value') return found
  const add = (name: string, step: Step, schema: SchemaNode, before: readonly Step[], required = false) => {
    const other = found.get(name)
    const rank = other ? rankOf(step) - rankOf(other.path.at(-1)!) : -1
    const isKnown = rank === 0 && other!.schemas.some((one) => same(one, schema))
    if (rank > 0 || isKnown) return
    if (rank < 0) found.set(name, { path: [...place.path, ...before, step], schemas: [schema], required })
    else found.set(name, { ...other!, schemas: [...other!.schemas, schema], required: required && other!.required })
  }
  const enter = (given: SchemaNode, before: readonly Step[]) => {
    for (const { schema, key } of leavesOf(root, given)) {
      const names = key === undefined ? [] : valuesOf(schema.properties![key]!)
      const type = { kind: 'type', word: names[0]!, tag: { key: key!, names } } as const
      for (const name of names) add(name, type, schema, before)
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        const step = { kind: key === undefined ? 'field' : 'inner', word: name } as const
        add(name, step, field, before, schema.required?.includes(name))
      }
      for (const value of choicesOf(schema)) add(value.const, { kind: 'value', word: value.const }, value, before)
      const { additionalProperties: any, items } = schema
      if (typeof any === 'object') add('NAME', { kind: 'name', word: 'NAME' }, any, before)
      if (items) enter(items, [...before, { kind: 'item', word: '0' }])
    }
  }
  for (const schema of place.schemas) enter(schema, [])
  return found
}

const rankOf = ({ kind }: Step): number => RANK.indexOf(kind as (typeof RANK)[number])

const same = (a: SchemaNode, b: SchemaNode): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

type Choice = SchemaNode & { readonly const: string }

/** Each choice is one object, so that it is known again where several fields have the same choices. */
const choices = new WeakMap<SchemaNode, readonly Choice[]>()

function choicesOf(schema: SchemaNode): readonly Choice[] {
  const known = choices.get(schema)
  if (known) return known
  const all = valuesOf(schema).map((name, index): Choice => {
    const description = schema.enumDescriptions?.[index] ?? schema.description
    return { const: name, ...(description !== undefined && { description }) }
  })
  choices.set(schema, all)
  return all
}

const valuesOf = (schema: SchemaNode): readonly string[] =>
  [schema.enum ?? (schema.const === undefined ? [] : schema.const)]
    .flat()
    .filter((value): value is string => typeof value === 'string')

/** Follows words into the spec. Returns the place, or the last one that exists and the word that it does not have. */
export function placeAt(
  root: SchemaNode,
  words: readonly string[],
): { readonly place: Place; readonly unknown?: string } {
  let place = rootPlace(root)
  for (const word of words) {
    // the number of an item says nothing about its type
    if (/^\d+$/.test(word) && isList(root, place)) continue
    const inside = placesIn(root, place)
    const next = inside.get(word) ?? inside.get('NAME')
    if (!next) return { place, unknown: word }
    place = next
  }
  return { place }
}

const isList = (root: SchemaNode, { schemas }: Place): boolean =>
  schemas.some((schema) => [...leavesOf(root, schema)].some((leaf) => leaf.schema.items))

/** All places of this name, those with the shortest path first. What several types share is entered once. */
export function placesNamed(root: SchemaNode, word: string): readonly Place[] {
  const found = [...everyPlace(root)].flatMap(([name, place]) => (name === word ? [shortest(root, place)] : []))
  return [...new Map(found.map((place) => [pathText(place), place])).values()]
}

/** All places of the spec with their names, the nearest to its root first. */
export function* everyPlace(root: SchemaNode): Iterable<readonly [name: string, place: Place]> {
  const seen = new Set<SchemaNode>()
  const open = [rootPlace(root)]
  for (let at = open.shift(); at; at = open.shift()) {
    for (const [name, place] of placesIn(root, at)) {
      // a field of some types is a field of each of these
      if (place.path.at(-1)!.kind === 'inner' || place.schemas.every((schema) => seen.has(schema))) continue
      for (const schema of place.schemas) seen.add(schema)
      yield [name, place]
      // the names of types are steps themselves
      if (name !== at.path.at(-1)?.tag?.key) open.push(place)
    }
  }
}

/** The same place without the types in its path that share what follows: `model.layers.Dense`. */
function shortest(root: SchemaNode, place: Place): Place {
  const { path } = place
  const index = path.findIndex(({ kind }, at) => kind === 'type' && at < path.length - 1 && isShared(root, path, at))
  if (index < 0) return place
  return shortest(root, follow(root, [...path.slice(0, index), ...path.slice(index + 1)]))
}

/** True if several types have the field that follows a type in a path, and it is the same in all of them. */
function isShared(root: SchemaNode, path: readonly Step[], index: number): boolean {
  const { word } = path[index + 1]!
  const field = placesIn(root, follow(root, path.slice(0, index))).get(word)
  const types = placesIn(root, follow(root, path.slice(0, index))).values()
  const having = [...types].filter((type) => type.path.at(-1)!.kind === 'type' && placesIn(root, type).has(word))
  return having.length > 1 && field?.schemas.length === 1
}

const follow = (root: SchemaNode, path: readonly Step[]): Place =>
  placeAt(
    root,
    path.flatMap(({ kind, word }) => (kind === 'item' ? [] : [word])),
  ).place
