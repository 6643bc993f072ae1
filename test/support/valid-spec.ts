/**
 * Random specs that are valid, made of the tables of the format: every layer, loss, metric, optimizer and callback that
 * the JSON Schema has, with random fields. What does not fit what is there already is drawn again.
 */
import { PURPOSE, RandomStream } from '../../src/base/philox.js'
import { jsonSchema } from '../../src/spec/json-schema.js'
import { readText } from './read-spec.js'

interface Node {
  readonly $ref?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
  readonly allOf?: readonly Node[]
  readonly type?: string | readonly string[]
  readonly not?: object
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly additionalProperties?: Node | boolean
  readonly minItems?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly default?: unknown
  readonly examples?: readonly unknown[]
}

type Fields = Record<string, unknown>

const schema = jsonSchema() as unknown as Node & { readonly definitions: Readonly<Record<string, Node>> }
const callbacks = schema.properties!.callbacks!.items!

/** How often a field that need not be there is. */
const SHARE = 0.2
/** How often one thing is drawn again before it is left out. */
const TRIES = 60

/** 16 pictures of 3 x 3, as vectors, sequences or images. */
const SIZE = 3
const DATA = [{ flatten: true }, {}, { standardize: true }].map((options) => ({
  dataset: 'bars-and-stripes',
  size: SIZE,
  ...options,
}))
const IMAGE = { type: 'Reshape', name: 'image', target_shape: [SIZE, SIZE, 1] }
const CLASSES = 2

/** The spec of a number; the same each time. */
export function validSpec(number: number): Fields {
  const random = new RandomStream({ seed: number, purpose: PURPOSE.sample, stream: 0, step: 0 })
  const draw = new Draw(random)
  const data = draw.one(DATA)
  const isWired = draw.chance(0.4)
  const layers: Fields[] = draw.chance(0.4) ? [IMAGE] : []
  const model = () => ({ type: isWired ? 'Functional' : 'Sequential', layers: [...layers] })
  const base: Fields = { data, loss: 'mse', fit: { batch_size: 4 } }

  const length = layers.length + 1 + draw.below(4)
  while (layers.length < length) {
    const fits = draw.until(TRIES, () => {
      const layer = draw.layer(isWired ? layers.map(({ name }) => String(name)) : [], `l${layers.length}`)
      return draw.issues({ ...base, model: { ...model(), layers: [...layers, layer] } }, '/model/layers') ? null : layer
    })
    if (!fits) break
    layers.push(fits)
  }
  if (draw.chance(0.8) || layers.length === 0) {
    layers.push(
      { type: 'Flatten', name: 'flat' },
      { type: 'Dense', name: 'head', units: CLASSES, activation: 'softmax' },
    )
  }
  const spec: Fields = { ...base, model: model() }
  const settle = <Value>(field: string, make: () => Value) => {
    const found = draw.until(TRIES, () => {
      const value = make()
      return draw.issues({ ...spec, [field]: value }, '') ? null : { value }
    })
    if (found) spec[field] = found.value
  }
  if (draw.issues(spec, '')) {
    const units = {
      type: 'Dense',
      name: 'head',
      units: CLASSES,
      activation: draw.one(['linear', 'softmax', 'sigmoid']),
    }
    spec.model = { ...model(), layers: [...layers, { type: 'Flatten', name: 'flat' }, units] }
  }
  settle('loss', () => draw.from(schema.properties!.loss!))
  settle('metrics', () => [draw.from(schema.definitions.metrics!.items!)])
  settle('optimizer', () => draw.from(schema.properties!.optimizer!))
  if (draw.chance(0.5)) settle('callbacks', () => [draw.from(callbacks)])
  settle('fit', () => ({
    ...draw.some({ class_weight: { '1': 2 }, shuffle: false }),
    batch_size: draw.one([4, 5]),
    epochs: 1,
    validation_split: draw.one([0, 0.25]),
  }))
  return spec
}

class Draw {
  constructor(private readonly random: RandomStream) {}

  below = (count: number) => Math.min(count - 1, Math.floor(this.random.uniform() * count))
  chance = (share: number) => this.random.uniform() < share
  one = <Value>(values: readonly Value[]): Value => values[this.below(values.length)]!

  some = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(() => this.chance(SHARE)))

  until<Value>(tries: number, make: () => Value | null): Value | null {
    for (let count = 0; count < tries; count++) {
      const made = make()
      if (made !== null) return made
    }
    return null
  }

  /** True if a spec has issues at or below a place. */
  issues(spec: Fields, pointer: string): boolean {
    return readText(JSON.stringify(spec)).issues.some((issue) => issue.pointer.startsWith(pointer))
  }

  /** A layer; in a Functional model it may take any of those before it, or several. */
  layer(before: readonly string[], name: string): Fields {
    const drawn = this.from(schema.definitions.layer!)
    const layer: Fields = typeof drawn === 'string' ? { type: drawn } : (drawn as Fields)
    const count = this.chance(0.4) ? 2 : 1
    const inputs = Array.from({ length: count }, () => this.one(before))
    const wired = before.length > 0 && this.chance(0.5)
    return { ...layer, name, ...(wired && { inputs: count === 1 ? inputs[0] : inputs }) }
  }

  /** A value of a schema. */
  from(node: Node): unknown {
    if (node.$ref) return this.from(schema.definitions[node.$ref.split('/').at(-1)!]!)
    if ('const' in node) return node.const
    if (node.enum) return this.one(node.enum)
    const alternatives = (node.anyOf ?? node.oneOf)?.filter((one) => !one.not)
    if (alternatives) return this.from(this.one(this.preferred(alternatives)))
    if (node.allOf) return this.from(node.allOf[0]!)
    switch (typeof node.type === 'object' ? this.one(node.type) : node.type) {
      case 'object':
        return this.object(node)
      case 'array':
        return this.array(node)
      case 'boolean':
        return this.chance(0.5)
      case 'null':
        return null
      case 'string':
        return this.one([...(node.examples ?? []), node.default ?? 'l0', 'loss'])
      case 'integer':
        return this.integer(node)
      case 'number':
        return this.number(node)
    }
    throw new Error(`a schema of another kind: ${JSON.stringify(node).slice(0, 200)}`)
  }

  /** An object says more than its bare name. */
  preferred(alternatives: readonly Node[]): readonly Node[] {
    const objects = alternatives.filter(({ enum: names, type }) => !(names && type === 'string'))
    return objects.length > 0 && this.chance(0.8) ? objects : alternatives
  }

  object({ properties = {}, required = [], additionalProperties }: Node): Fields {
    const fields: Fields = {}
    for (const [name, field] of Object.entries(properties)) {
      if (['name', 'inputs'].includes(name)) continue
      if (required.includes(name) || this.chance(SHARE)) fields[name] = this.from(field)
    }
    if (Object.keys(properties).length === 0 && typeof additionalProperties === 'object') {
      fields[this.one(['0', '1'])] = this.from(additionalProperties)
    }
    return fields
  }

  array({ items, minItems = 0, maxItems = minItems + 2 }: Node): unknown[] {
    const most = Math.min(maxItems, minItems + 2)
    return Array.from({ length: minItems + this.below(most - minItems + 1) }, () => this.from(items!))
  }

  integer({ minimum = -3, maximum, default: preset }: Node): number {
    const least = Math.max(minimum, -3)
    const most = Math.min(maximum ?? Number.POSITIVE_INFINITY, least + 4)
    if (typeof preset === 'number' && preset <= 8 && this.chance(0.2)) return preset
    return least + this.below(most - least + 1)
  }

  /** Bounds too, where they are allowed. */
  number({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, default: preset }: Node): number {
    const bounds = [minimum, maximum, preset].filter((value) => typeof value === 'number')
    if (bounds.length > 0 && this.chance(0.3)) return this.one(bounds)
    const least = minimum ?? exclusiveMinimum ?? -1
    const most = maximum ?? exclusiveMaximum ?? least + 2
    return Number((least + (most - least) * (0.1 + 0.8 * this.random.uniform())).toFixed(3))
  }
}
