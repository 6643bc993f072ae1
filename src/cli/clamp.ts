/** `--clamp label=7`: labels that chains are clamped to. */
import { UserError } from '../base/issue.js'
import { type ClassRbm, withLabels } from '../model/rbm/class-rbm.js'
import type { Rbm } from '../model/rbm/rbm.js'
import type { TrainedRbm } from '../run/trained-rbm.js'

/** Parses the option. Returns the classes, in the order in which chains take turns with them. */
export function clampedLabels(text: string): readonly number[] {
  const found = /^label=([0-9]{1,9}(?:,[0-9]{1,9})*)$/.exec(text)
  if (!found) throw new UserError(`--clamp: found "${text}", must be label=N, or several labels such as label=0,1,2`)
  return found[1]!.split(',').map(Number)
}

/** Returns the RBM with a fixed label for each chain. Throws a UserError if it has no such label. */
export function clamped({ labelled, data: { form } }: TrainedRbm, labels: readonly number[], chains: number): Rbm {
  if (labelled === null) {
    throw new UserError(
      '--clamp: the model was trained without labels; to train one with labels, set "labels" in "training" of the spec',
    )
  }
  checkLabels(labels, labelled, form.name)
  return withLabels(
    labelled,
    Array.from({ length: chains }, (_, chain) => labels[chain % labels.length]!),
  )
}

function checkLabels(labels: readonly number[], { classes }: ClassRbm, data: string): void {
  const odd = labels.find((label) => label >= classes)
  if (odd === undefined) return
  throw new UserError(`--clamp: found label ${odd}, must be a class of ${data}, from 0 to ${classes - 1}`)
}
