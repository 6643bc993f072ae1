/** `--clamp label=7`: the labels that chains are held at. */
import { UserError } from '../base/issue.js'
import { dataInfo } from '../data/registry.js'
import { type ClassRbm, withLabels } from '../model/rbm/class-rbm.js'
import type { Rbm } from '../model/rbm/rbm.js'
import type { TrainedRbm } from '../run/trained-rbm.js'

/** Classes as they are written, in the order in which chains take them in turn. */
export function clampedLabels(text: string): readonly number[] {
  const found = /^label=([0-9]{1,9}(?:,[0-9]{1,9})*)$/.exec(text)
  if (!found) throw new UserError(`--clamp: found "${text}", must be label=N, or several: label=0,1,2`)
  return found[1]!.split(',').map(Number)
}

/** The machine with a label for each of so many chains; a UserError where it has no such label. */
export function clamped({ labelled, spec }: TrainedRbm, labels: readonly number[], chains: number): Rbm {
  if (labelled === null) {
    throw new UserError('--clamp: the model has learnt no labels; "labels" in "training" of a spec says that it does')
  }
  checkLabels(labels, labelled, dataInfo(spec.data).name)
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
