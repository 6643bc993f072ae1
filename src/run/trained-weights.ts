/** Weights with trained values. */
import type { Named } from '../base/field.js'
import { UserError } from '../base/issue.js'
import type { Slot } from '../base/slot.js'
import type { VisibleMeans } from '../model/rbm/rbm.js'

/** Stands in for the means of the data, which trained weights do not need. */
export const NO_MEANS: VisibleMeans = () => {
  throw new Error('internal: the first values of trained weights are asked for')
}

/** Returns the slots of a model with trained values as their first ones. */
export const trainedSlots = (slots: readonly Slot[], values: Named<Float32Array>): Slot[] =>
  slots.map((slot) => ({ ...slot, initial: () => Float32Array.from(values[slot.name]!) }))

/** Throws a UserError if a weight is NaN or infinite, because nothing can be computed from it. `path`: that of its file. */
export function finite(path: string, weights: Named<Float32Array>): Named<Float32Array> {
  for (const [name, values] of Object.entries(weights)) {
    const bad = values.find((value) => !Number.isFinite(value))
    if (bad !== undefined)
      throw new UserError(`${path}: weight "${name}" holds ${bad}; the training of this run diverged`)
  }
  return weights
}
