/** The answers of a trained model, as a program gets them. */
import type { Named } from '../base/field.js'
import type { Shape } from '../base/shape.js'
import type { Cells } from '../export/predictions/rows.js'
import type { AnswerForm } from '../run/answers.js'
import { type Predicted, predictionColumns } from '../run/predict.js'

/**
 * The answer to a row, by the names of the columns that `train predict` writes: `predicted_species`, and
 * `species=setosa` for the probability of a class. An output that is too wide for columns is one array, by its name.
 * If the row could not be prepared, all but the columns that are kept is null.
 */
export type Answer = Named<string | number | Float32Array | null>

/** The answers to some consecutive rows. */
export interface AnswerPiece {
  /** Number of the first row, from 0. */
  readonly from: number
  readonly answers: readonly Answer[]
  /** Outputs by name, as flat arrays in row-major order. */
  readonly outputs: Named<{ readonly shape: Shape; readonly values: Float32Array }>
  /** Rows that could not be prepared, from 0, and the reasons. */
  readonly bad: Predicted['bad']
}

export function pieceOf(
  { rows, values, kept, bad }: Predicted,
  forms: readonly AnswerForm[],
  from: number,
): AnswerPiece {
  const { count, cells, hasNone } = rows
  const columns = predictionColumns(kept, forms)
  const wide = forms.filter((form) => form.columns.length === 0)
  const answers = Array.from({ length: count }, (_, row): Answer => {
    const isEmpty = hasNone(row)
    const answer: Record<string, Answer[string]> = {}
    for (const [index, { name, type }] of columns.entries()) {
      answer[name] = isEmpty && type === 'number' ? null : valueAt(cells[index]!, row)
    }
    for (const { name } of wide) answer[name] = isEmpty ? null : rowAt(values[name]!, row, count)
    return answer
  })
  const outputs = forms.map(({ name, shape }) => [name, { shape: [count, ...shape], values: values[name]! }] as const)
  return { from, answers, outputs: Object.fromEntries(outputs), bad }
}

const valueAt = (cell: Cells, row: number): string | number | null =>
  'texts' in cell ? (cell.texts[row] ?? null) : cell.values[cell.from + cell.stride * row]!

function rowAt(values: Float32Array, row: number, count: number): Float32Array {
  const width = values.length / count
  return values.slice(row * width, (row + 1) * width)
}
