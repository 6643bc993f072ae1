/** Values of a column in a graph that prepares data. */
import type { Column } from '../../../data/column.js'
import type { OnnxBuilder } from '../../../engine/compiled/onnx/builder.js'
import { ELEMENT, type Element } from '../../../engine/compiled/onnx/model-writer.js'

/**
 * The name of a value before a step, and the column that it is. A field is float32 (batch, ...shape), and NaN is a gap;
 * whole numbers are float64 (batch), and NaN is a gap; texts are (batch), and an empty one is a gap.
 */
export interface Given<Of extends Column = Column> {
  readonly name: string
  readonly column: Of
}

/** The result of a step that cannot be in the graph. `why` ends a sentence that begins with the step. */
export class NotInOnnx {
  constructor(readonly why: string) {}
}

export const cast = (build: OnnxBuilder, name: string, element: Element): string =>
  build.op('Cast', [name], { to: ELEMENT[element] })

/** Reshapes each row. */
export const reshaped = (build: OnnxBuilder, name: string, shape: readonly number[]): string =>
  build.op('Reshape', [name, build.ints([-1, ...shape])])
