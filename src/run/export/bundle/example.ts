/** Rows that a model can be tried with. They are made up: their types and shapes are right, and their values possible. */
import type { Named } from '../../../base/field.js'
import { sizeOf } from '../../../base/shape.js'
import type { Element, OnnxGraph, OnnxValue } from '../../../engine/compiled/onnx/model-writer.js'
import type { TrainedModel } from '../../open-model.js'
import { classNamesOf } from '../class-names.js'

interface Example {
  /** By name: the arguments of a tensor. */
  readonly inputs: Named<{
    readonly type: Element
    readonly dims: readonly number[]
    readonly data: readonly unknown[]
  }>
  /** By the name of an output that gives classes. */
  readonly class_names: Named<readonly string[]>
}

const ROWS = 2

export const exampleOf = (trained: TrainedModel, graph: OnnxGraph): Example => ({
  inputs: Object.fromEntries(
    graph.inputs.map((input) => {
      const dims = input.shape.map((dim) => (typeof dim === 'number' ? dim : ROWS))
      const data = Array.from({ length: sizeOf(dims) }, (_, at) => exampleValue(input, { trained, graph }, at))
      return [input.name, { type: input.element, dims, data }]
    }),
  ),
  class_names: classNamesOf(trained, graph),
})

interface Model {
  readonly trained: TrainedModel
  readonly graph: OnnxGraph
}

/** A text that the model knows, a pixel, the number of a class, or a number that most steps can take. */
function exampleValue({ name, element }: OnnxValue, { trained, graph }: Model, at: number): string | number {
  if (element === 'string') return knownText(name, graph)
  if (element === 'uint8') return (at * 37) % 256
  const { [name]: field } = trained.form.inputs
  if (field?.classes !== undefined) return at % field.classes
  if (field?.values === 'binary') return at % 2
  return element === 'float32' ? ((at * 37) % 100) / 100 : 1
}

/** A text of the vocabulary that a column is looked up in. */
function knownText(column: string, { nodes }: OnnxGraph): string {
  const keys = nodes.flatMap(({ inputs, attributes = {} }) => {
    const { keys_strings } = attributes
    const isLookup = inputs[0] === column && typeof keys_strings === 'object' && 'texts' in keys_strings
    return isLookup ? keys_strings.texts : []
  })
  return keys.find((text) => text !== '') ?? ''
}
