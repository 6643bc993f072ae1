/** Equations of EinsumDense in the notation of einsum: `abc,cd->abd` (keras/src/layers/core/einsum_dense.py). */

/** A letter stands for an axis. */
export interface Equation {
  readonly input: string
  readonly kernel: string
  readonly output: string
  /** Side of the axes of the input that `...` stands for; null without `...`. */
  readonly elided: 'left' | 'right' | null
}

const FORM = /^(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?$/

/** Returns the parts of an equation; undefined if it has none of the three forms that Keras takes. */
export function equationOf(text: string): Equation | undefined {
  const [, before, input, after, kernel, first, output, last] = FORM.exec(text) ?? []
  if (input === undefined || kernel === undefined || output === undefined) return undefined
  if (before !== first || after !== last || (before && after)) return undefined
  return { input, kernel, output, elided: before ? 'left' : after ? 'right' : null }
}
