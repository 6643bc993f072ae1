/** Writes operators and constants of an ONNX model by hand. */
import type { Shape } from '../../../base/shape.js'
import type { OnnxAttributes } from './lowerings/lowering.js'
import type { OnnxNode, OnnxTensor } from './model-writer.js'

export interface OnnxBuilder {
  /** Adds an operator and returns the name of its result. */
  op(type: string, inputs: readonly string[], attributes?: OnnxAttributes, domain?: OnnxNode['domain']): string
  constant(element: OnnxTensor['element'], shape: Shape, data: OnnxTensor['data']): string
  /** A vector of whole numbers, as operators take shapes and axes. */
  ints(values: readonly number[]): string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
}

/** `prefix` begins the name of every value. */
export function onnxBuilder(prefix: string): OnnxBuilder {
  const nodes: OnnxNode[] = []
  const initializers: OnnxTensor[] = []
  const constant: OnnxBuilder['constant'] = (element, shape, data) => {
    const name = `${prefix}constant_${initializers.length}`
    initializers.push({ name, element, shape, data })
    return name
  }
  return {
    nodes,
    initializers,
    constant,
    ints: (values) => constant('int64', [values.length], BigInt64Array.from(values, BigInt)),
    op(type, inputs, attributes = {}, domain) {
      const output = `${prefix}${type}_${nodes.length}`
      nodes.push({ type, inputs, outputs: [output], attributes, ...(domain !== undefined && { domain }) })
      return output
    },
  }
}
