/** Compares two models, whatever the names of their layers and the order in which they are listed. */
import type { Named } from '../../src/base/field.js'
import type { Shape } from '../../src/base/shape.js'
import { type Call, networkOf, type OutputNames } from '../../src/model/network.js'
import type { LayerSpec, NetworkSpec } from '../../src/spec/spec.js'

/** The calls of a model from its outputs back to its inputs, with numbers in place of names. */
export function withoutNames(model: NetworkSpec, outputs: OutputNames, inputs: Named<Shape>): unknown {
  const { network } = networkOf(model, outputs, inputs)
  const calls = new Map(network.calls.map((call) => [call.name, call]))
  const numbers = new Map<string, number>()
  const owners = new Map<string, number>()
  const found: unknown[] = []
  const visit = (name: string): number | string => {
    const call = calls.get(name)
    // the only input has any name
    if (call === undefined) return Object.keys(inputs).length === 1 ? 'x' : name
    if (call.layer.type === 'Input') return visit(call.inputs[0]!)
    const known = numbers.get(name)
    if (known !== undefined) return known
    const given = inputsOf(call).map(visit)
    const number = numbers.size
    numbers.set(name, number)
    if (!owners.has(call.owner)) owners.set(call.owner, owners.size)
    found.push({ owner: owners.get(call.owner), inputs: given, ...fieldsOf(call.layer) })
    return number
  }
  return { outputs: network.outputs.map(visit), calls: found }
}

/** The query of an attention layer is also its value, and the value also its key, unless they are given. */
function inputsOf({ layer, inputs }: Call): readonly string[] {
  if (!layer.type.endsWith('Attention')) return inputs
  const [query, value = query, key = value] = inputs as [string, string?, string?]
  return [query, value!, key!]
}

/** The settings of a layer, those that follow from others filled in. */
function fieldsOf(layer: LayerSpec): Readonly<Record<string, unknown>> {
  const { name: _, inputs: _inputs, ...fields } = layer as LayerSpec & { readonly inputs?: unknown }
  const inner = 'layer' in fields ? { layer: innerOf(fields.layer as LayerSpec | string, layer.type) } : {}
  const pooled = 'pool_size' in fields ? { strides: fields.strides ?? fields.pool_size } : {}
  const heads = 'value_dim' in fields ? { value_dim: fields.value_dim ?? fields.key_dim } : {}
  return { ...fields, ...inner, ...pooled, ...heads }
}

function innerOf(layer: LayerSpec | string, wrapper: string): unknown {
  if (typeof layer === 'string') return layer
  const fields = fieldsOf(layer)
  // a Bidirectional decides this for its layers
  return wrapper === 'Bidirectional' ? { ...fields, zero_output_for_mask: null } : fields
}
