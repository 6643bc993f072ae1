/** Writes the nodes of a TensorFlow graph. Each small constant is written once for each device. */
import { elementsOf } from '../graph/constant.js'
import type { TensorflowNode } from './graph-def.js'
import { type Emitter, type TensorflowAttributes, type } from './lowerings/lowering.js'

export interface Writer {
  /** All nodes so far. */
  readonly nodes: TensorflowNode[]
  /** Writes nodes for the first device. */
  readonly emit: Emitter
  /** Returns an emitter of nodes for this device. */
  on(device: string): Emitter
  /** Adds a node with a name of its own. */
  add(op: string, inputs: readonly string[], attributes: TensorflowAttributes, name: string): string
}

/** Constants of up to this many elements are written once. */
const MOST_REMEMBERED = 64

/** `prefix`: that of all names which the writer gives. */
export function writerOf(prefix: string): Writer {
  const nodes: TensorflowNode[] = []
  const next = () => `${prefix}n${nodes.length}`
  const emitterFor = (place: Pick<TensorflowNode, 'device'>): Emitter => {
    const known = new Map<string, string>()
    const op: Emitter['op'] = (op, inputs, attributes = {}) => {
      const name = next()
      nodes.push({ name, op, inputs, attributes, ...place })
      return name
    }
    const constant: Emitter['constant'] = (dtype, shape, data) => {
      const key = data.length > MOST_REMEMBERED ? undefined : `${dtype} ${shape} ${[...data]}`
      const found = key === undefined ? undefined : known.get(key)
      if (found !== undefined) return found
      const name = op('Const', [], { dtype: type(dtype), value: { tensor: { type: dtype, shape, data } } })
      if (key !== undefined) known.set(key, name)
      return name
    }
    return {
      op,
      float: (value) => constant('float32', [], Float32Array.of(value)),
      scalar: (value, dtype) => constant(dtype, [], elementsOf(value, [], dtype)),
      floats: (values, shape) => constant('float32', shape, Float32Array.from(values)),
      ints: (values) =>
        typeof values === 'number'
          ? constant('int32', [], Int32Array.of(values))
          : constant('int32', [values.length], Int32Array.from(values)),
      constant,
    }
  }
  return {
    nodes,
    emit: emitterFor({}),
    on: (device) => emitterFor({ device }),
    add(op, inputs, attributes, name) {
      nodes.push({ name, op, inputs, attributes })
      return name
    },
  }
}
