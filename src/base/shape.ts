/** Shapes of tensors. `null` stands for a dimension that is not known yet: the batch. */

export type Shape = readonly number[]
export type BatchShape = readonly (number | null)[]

/** Number of elements of a tensor of this shape; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, dim) => product * dim, 1)

/** Formats a shape as Keras does: `(None, 28, 28)`. */
export function formatShape(shape: BatchShape): string {
  const dims = shape.map((dim) => dim ?? 'None')
  return dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`
}

/** The shape with its unknown dimensions filled by the batch size. */
export const withBatch = (shape: BatchShape, batch: number): number[] => shape.map((dim) => dim ?? batch)

/** Parts of `columns` elements each; they share the memory of `values`. */
export const rowsOf = (values: Float32Array, columns: number): Float32Array[] =>
  Array.from({ length: values.length / columns }, (_, row) => values.subarray(row * columns, (row + 1) * columns))
