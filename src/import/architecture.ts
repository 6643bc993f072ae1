/** Turns the layers of a file into the field `model` of a spec. */
import type { Named } from '../base/field.js'
import { UserError } from '../base/issue.js'
import type { Shape } from '../base/shape.js'
import { type FlatCall, type FlatModel, flatten, Tensor } from './flatten.js'
import type { FoundModel, Misfit, WeightPlace } from './found-model.js'
import { isModel, SHAPES } from './graph.js'
import { DIALECTS, type SaidLayer, type Scaled, sayCall, sayLayer } from './layers.js'
import { withoutMasks } from './mask-arguments.js'
import { type Fields, own, ownText, shown } from './outside.js'

/** A layer as a spec has it. */
export interface SpecEntry {
  readonly fields: Fields
  readonly comment?: string
}

export interface Architecture {
  readonly type: 'Sequential' | 'Functional'
  readonly layers: readonly SpecEntry[]
  readonly inputs: Named<Shape>
  /** Names of the layers that give the outputs. */
  readonly outputs: readonly string[]
  /** Names of the outputs in the file. */
  readonly outputNames: readonly string[]
  /** Layers whose weights are in the file, in its order. */
  readonly owners: readonly Owner[]
  readonly precision: string
  /** Layers that get a mask. */
  readonly masked: readonly string[]
}

export interface Owner {
  /** In the spec. */
  readonly name: string
  readonly type: string
  readonly place: WeightPlace
  readonly scaled: Scaled | null
}

/** Shapes of inputs that a user gives; `''` is that of the only one. */
export type GivenShapes = ReadonlyMap<string, Shape>

/** Returns the model, or everything that a spec cannot say. Throws a UserError if it is no model. */
export function architectureOf(
  { path, topology, dialect }: FoundModel,
  shapes: GivenShapes,
): Architecture | { readonly misfits: readonly Misfit[] } {
  const className = ownText(topology, 'class_name')
  if (className === undefined || !isModel(className)) {
    throw new UserError(
      className === undefined
        ? `${path}: has no model: a "class_name" and its "config"`
        : `${path}: is a model of the class ${shown(className)}, whose layers are in Python code; must be Sequential or Functional`,
    )
  }
  const found = flatten(className, own(topology, 'config'), path)
  const { calls, masked, misfits: ofMasks } = withoutMasks(found)
  const flat = { ...found, calls }
  const misfits: Misfit[] = [...ofMasks]
  const inputs = inputShapes(flat, shapes, misfits)
  const owners: (Owner & { readonly order: number })[] = []
  const entries: (Entry | undefined)[] = flat.inputs.map(({ name }) => ({
    name,
    inputs: [],
    fields: { type: 'Input', name, shape: inputs[name] },
  }))
  const saidOf = new Map<string, SaidCall>()
  for (const call of flat.calls) {
    entries.push(entryOf(call, saidOf, misfits, dialect))
    const said = saidOf.get(call.name)
    if (said && call.owner === call.name) {
      owners.push({ name: call.name, type: said.type, place: call.place, scaled: said.scaled, order: call.order })
    }
  }
  if (new Set(flat.outputs).size < flat.outputs.length) {
    misfits.push({ subject: 'The model', message: 'gives one output twice, which a spec cannot say' })
  }
  const precisions = new Set(
    Array.from(saidOf.values(), ({ precision }) => precision).filter((one) => one !== 'float32'),
  )
  if (precisions.size > 1) {
    misfits.push({ subject: 'The model', message: `has layers of several dtypes, ${[...precisions].join(' and ')}` })
  }
  if (misfits.length > 0) return { misfits }
  const isStack = isChain(flat)
  return {
    type: isStack ? 'Sequential' : 'Functional',
    layers: (entries as Entry[]).map((entry, index) => written(entry, entries[index - 1]?.name, isStack)),
    inputs,
    outputs: flat.outputs,
    outputNames: flat.outputs.map((name) => flat.calls.find((call) => call.name === name)?.layer.name ?? name),
    owners: owners.toSorted((a, b) => a.order - b.order),
    precision: [...precisions][0] ?? 'float32',
    masked,
  }
}

/** A layer with the arguments of its first call. */
interface SaidCall extends SaidLayer {
  readonly calledWith: string
}

interface Entry extends SpecEntry {
  readonly name: string
  readonly inputs: readonly string[]
}

function entryOf(
  { name, owner, layer, inputs, others: given }: FlatCall,
  saidOf: Map<string, SaidCall>,
  misfits: Misfit[],
  dialect: FoundModel['dialect'],
): Entry | undefined {
  const subject = `${layer.className} "${layer.name}"`
  if (inputs.length === 0 && !Object.values(given).some((value) => value instanceof Tensor)) {
    misfits.push({ subject, message: 'is called without an input' })
  }
  if (owner !== name) {
    const { type = '', calledWith } = saidOf.get(owner) ?? {}
    const called = sayCall(subject, type, given)
    if ('misfits' in called) {
      misfits.push(...called.misfits)
      return undefined
    }
    const { reverse, ...others } = called.fields
    if (calledWith !== undefined && JSON.stringify(others) !== calledWith) {
      misfits.push({ subject, message: 'is called with other arguments each time, which a spec cannot say' })
    }
    return {
      name,
      inputs: attended([...inputs, ...called.inputs], type),
      fields: { type: 'Shared', name, layer: owner, ...(reverse === true && { reverse }) },
    }
  }
  const said = sayLayer(layer, dialect)
  const called = sayCall(subject, 'misfits' in said ? '' : said.type, given)
  if ('misfits' in said) misfits.push(...said.misfits)
  else if (!('misfits' in called))
    saidOf.set(name, { ...said, calledWith: JSON.stringify({ ...called.fields, reverse: undefined }) })
  if ('misfits' in called) misfits.push(...called.misfits)
  if ('misfits' in said || 'misfits' in called) return undefined
  return {
    name,
    inputs: attended([...inputs, ...called.inputs], said.type),
    fields: { type: said.type, name, ...said.fields, ...called.fields },
    ...(said.scaled && {
      comment: `hard_sigmoid of ${DIALECTS[dialect]} is that of Keras 3 with inputs 1.2 times as large; weights of the file are scaled so`,
    }),
  }
}

/** A single input of an attention layer is its query, value and key; without a key the value is the key. */
function attended(inputs: readonly string[], type: string): readonly string[] {
  if (!type.endsWith('Attention') || inputs.length === 0) return inputs
  const [query, value = query, key = value] = inputs
  if (key !== value) return inputs
  return query === value ? [query!] : [query!, value!]
}

/** True if each layer is called once, on the output of the one before it. */
const isChain = ({ inputs, calls, outputs }: FlatModel): boolean =>
  inputs.length === 1 &&
  calls.every(
    ({ name, owner, inputs: given }, index) =>
      name === owner && given.length === 1 && given[0] === (calls[index - 1]?.name ?? inputs[0]!.name),
  ) &&
  outputs.length === 1 &&
  calls.length > 0

/** Leaves out inputs that are the layer before. */
function written({ inputs, fields, comment }: Entry, before: string | undefined, isStack: boolean): SpecEntry {
  const named =
    inputs.length === 0 || isStack || (inputs.length === 1 && inputs[0] === before)
      ? {}
      : { inputs: inputs.length === 1 ? inputs[0] : inputs }
  const { type, name, ...rest } = fields
  return { fields: { type, name, ...named, ...rest }, ...(comment !== undefined && { comment }) }
}

function inputShapes({ inputs }: FlatModel, given: GivenShapes, misfits: Misfit[]): Named<Shape> {
  for (const name of given.keys()) {
    if (name === '' ? inputs.length === 1 : inputs.some((input) => input.name === name)) continue
    const names = inputs.map((input) => `"${input.name}"`).join(', ')
    throw new UserError(
      `--shape: ${name === '' ? 'must name one of the inputs' : `found "${name}", must be one of the inputs`}: ${names}`,
    )
  }
  return Object.fromEntries(
    inputs.map(({ name, layer: { config } }) => {
      const subject = `Input "${name}"`
      const shape = given.get(name) ?? given.get('') ?? shapeOf(config)
      if (shape === undefined || shape.length === 0 || !shape.every(isSize)) {
        const found =
          shape === undefined
            ? 'has no shape in the file'
            : `has shape ${shown([null, ...shape])}, which leaves sizes open`
        const remedy = inputs.length === 1 ? '--shape 20,3' : `--shape ${name}=20,3`
        misfits.push({ subject, message: `${found}; give it, such as ${remedy}` })
      }
      for (const key of ['sparse', 'ragged']) {
        if (own(config, key) === true) misfits.push({ subject, message: `is ${key}, which a spec cannot say` })
      }
      if (own(config, 'dtype') === 'string')
        misfits.push({ subject, message: 'takes text, which the data of a spec prepare' })
      return [name, (shape ?? []) as Shape]
    }),
  )
}

const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) > 0

/** Shape of a sample in the configuration of an input, or of the first layer of a chain. */
function shapeOf(config: Fields): readonly unknown[] | undefined {
  const [batch, before, plain, dim, length] = SHAPES.map((key) => own(config, key))
  const withBatch = Array.isArray(batch) ? batch : before
  if (Array.isArray(withBatch)) return withBatch.slice(1)
  if (Array.isArray(plain)) return plain
  if (typeof dim !== 'number') return undefined
  return typeof length === 'number' ? [length, dim] : [dim]
}
