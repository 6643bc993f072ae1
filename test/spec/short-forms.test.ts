/** `--set` reaches into every short form of the format; a walk over the schema finds them. */
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { applyOverrides, type Override, parseSetting } from '../../src/spec/override.js'
import { specSchema } from '../../src/spec/spec.js'
import { readText } from '../support/read-spec.js'

type Schema = z.ZodType & z.core.$ZodTypes

/** A place that takes a bare value or, in its stead, an object or an array. */
interface Place {
  /** `['optimizer']` */
  readonly path: readonly string[]
  /** All that the place takes, short or not. */
  readonly schema: Schema
  /** Bare values of the kinds that the place takes; some names need more than themselves. Places that take the same share it. */
  readonly bare: readonly unknown[]
  readonly takesObject: boolean
  /** The least of a spec that has this value at the place. */
  readonly document: (value: unknown) => unknown
}

const values = new Map<unknown, readonly unknown[]>()
const TAGS = ['type', 'dataset', 'algorithm']

function* placesOf(
  given: unknown,
  path: readonly string[],
  document: (value: unknown) => unknown,
  lazies: ReadonlySet<unknown> = new Set(),
  outermost = given,
): Iterable<Place> {
  const schema = given as Schema
  const { def } = schema._zod
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
      yield* placesOf(def.innerType, path, document, lazies, outermost)
      break
    case 'pipe':
      yield* placesOf(def.in, path, document, lazies, outermost)
      break
    case 'lazy':
      // a layer within a layer within a layer is as one within a layer
      if (lazies.size === 0) yield* placesOf(def.getter(), path, document, new Set([schema]))
      break
    case 'union': {
      const rest = def.options.filter((option) => !isBare(option) && typeOf(option) !== 'null')
      if (rest.length > 0 && def.options.some(isBare)) {
        const bare = values.get(def.options) ?? [...def.options.filter(isBare), ...rest].flatMap(bareValuesOf)
        values.set(def.options, bare)
        const takesObject = rest.some((option) => ['object', 'union'].includes(typeOf(option)))
        yield { path, schema: outermost as Schema, bare, takesObject, document }
      }
      for (const option of def.options) yield* placesOf(option, path, document, lazies)
      break
    }
    case 'object': {
      const tag = TAGS.find((key) => key in def.shape)
      const tagged = tag === undefined ? {} : { [tag]: bareValuesOf(def.shape[tag])[0] }
      for (const [key, field] of Object.entries(def.shape)) {
        yield* placesOf(field, [...path, key], (value) => document({ ...tagged, [key]: value }), lazies)
      }
      break
    }
    case 'array':
      yield* placesOf(def.element, [...path, '0'], (value) => document([value]), lazies)
      break
    case 'record':
      yield* placesOf(def.valueType, [...path, 'a'], (value) => document({ a: value }), lazies)
  }
}

function typeOf(schema: unknown): string {
  const { def } = (schema as Schema)._zod
  return def.type === 'default' ? typeOf(def.innerType) : def.type
}

const isBare = (schema: unknown): boolean => ['enum', 'literal', 'string', 'number', 'boolean'].includes(typeOf(schema))

/** Bare values that a schema takes, and tags of the objects that it takes: some need more than their tag. */
function bareValuesOf(schema: unknown): unknown[] {
  const { def } = (schema as Schema)._zod
  switch (def.type) {
    case 'pipe':
      return bareValuesOf(def.in)
    case 'default':
      return bareValuesOf(def.innerType)
    case 'enum':
      return Object.values(def.entries)
    case 'literal':
      return [...def.values]
    case 'string':
      return ['loss']
    case 'number':
      return [1]
    case 'boolean':
      return [true]
    case 'union':
      return 'discriminator' in def ? def.options.flatMap((option) => tagsOf(option, def.discriminator as string)) : []
    default:
      return []
  }
}

const tagsOf = (schema: unknown, key: string): unknown[] => {
  const { def } = (schema as Schema)._zod
  return def.type === 'object' ? bareValuesOf(def.shape[key]) : []
}

/** `layers/0` is `layers`. */
const nameOf = ({ path }: Place): string => path.findLast((step) => !/^\d+$/.test(step))!

/** Fields whose bare value is another thing than their object, or a list of which it is the only item. */
const NO_SHORT_FORM = [
  ...['alpha', 'axes', 'axis', 'class_weight', 'horizon', 'inputs', 'k', 'output_shape', 'shared_axes', 'temperatures'],
  ...['a', 'missing', 'shuffle', 'source', 'split', 'test', 'units', 'validation'],
  ...['width_shift_range', 'height_shift_range', 'zoom_range'],
  ...['window', 'learning_rate', 'boundaries', 'decay_steps', 'first_decay_steps', 'total_steps', 'warmup_steps'],
  'every',
  ...['mean', 'variance', 'scale', 'offset', 'salt'],
  ...['factor', 'brightness_factor', 'contrast_factor', 'saturation_factor', 'hue_factor', 'sigma'],
  ...['addition_factor', 'threshold_factor', 'height_factor', 'width_factor', 'x_factor', 'y_factor', 'fill_value'],
  ...['input_dim', 'ngrams', 'vocabulary'],
]

const places = [...placesOf(specSchema, [], (value) => value)]

test('short forms of every kind are found', () => {
  const names = new Set(places.map(nameOf))
  const wanted = [
    ...['data', 'optimizer', 'loss', 'metrics', 'target', 'early_stopping', 'callbacks', 'layers', 'layer'],
    ...['kernel_initializer', 'bias_regularizer', 'recurrent_constraint', 'visible', 'hidden', 'labels'],
    ...['visible_bias_initializer', 'kernel_size', 'padding', 'cropping'],
  ]
  expect(wanted.filter((name) => !names.has(name))).toEqual([])
})

test('--set reaches into each short form, which becomes its long form', () => {
  const refused = new Set<string>()
  const tried = new Set<readonly unknown[]>()
  for (const place of places) {
    for (const bare of tried.has(place.bare) ? place.bare.slice(0, 1) : place.bare) {
      tried.add(place.bare)
      const [key, probe] = place.takesObject ? ['probe', 'new'] : ['0', 5]
      const text = `${[...place.path, key].join('.')}=${probe}`
      const { value, issues } = applyOverrides(structuredClone(place.document(bare)), [parseSetting(text) as Override])
      if (issues.length > 0) {
        refused.add(nameOf(place))
        continue
      }
      const full = place.path.reduce<unknown>((at, step) => Reflect.get(at as object, step), value) as object
      expect(Reflect.get(full, key as string), text).toBe(probe)
      if (place.takesObject) Reflect.deleteProperty(full, key as string)
      else Reflect.set(full, '0', bare)
      const [short, long] = [bare, full].map((one) => place.schema.safeParse(one))
      if (short!.success) expect(long!.data, text).toEqual(short!.data)
    }
  }
  expect([...refused].toSorted()).toEqual(NO_SHORT_FORM.toSorted())
})

test('the kind of a layer decides which field a path means', () => {
  const spec = (type: string) => JSON.stringify({ model: { type: 'Sequential', layers: [{ type, layer: 'Flatten' }] } })
  const issuesOf = (type: string) =>
    readText(spec(type), 'spec.json', ['model.layers.0.layer.name=a']).issues.map(({ message }) => message)
  expect(issuesOf('TimeDistributed')).not.toContainEqual(expect.stringContaining('cannot be set'))
  // there it is the name of another layer
  expect(issuesOf('Shared')).toContainEqual(expect.stringContaining('"name" cannot be set'))
})
