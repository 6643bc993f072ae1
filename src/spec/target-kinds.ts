/** Tells targets that are classes, numbers and sequences of classes apart. The loss decides it, never the values. */
import { LOSS_TARGETS } from './losses.js'
import type { OutputSpec } from './outputs.js'
import type { LossSpec } from './spec.js'

/** A sequence is one of classes. */
export type TargetKind = 'class' | 'number' | 'sequence'

interface Losses {
  readonly loss?: LossSpec | undefined
  readonly outputs?: Readonly<Record<string, Pick<OutputSpec, 'loss' | 'target'>>> | undefined
}

/**
 * Returns the kind of a target by its name: what the loss of an output compares that names it, or else that of the first
 * output that names none. Without a loss, as for an RBM with labels, a target is a class.
 */
export function targetKindOf({ loss, outputs }: Losses): (target: string) => TargetKind {
  return (name) => {
    const all = Object.entries(outputs ?? {})
    const output =
      all.find(([layer, { target }]) => nameOf(target, layer) === name) ??
      all.find(([, { target }]) => target.type === 'label')
    const type = (output?.[1].loss ?? loss)?.type
    const made = type === undefined ? 'class' : LOSS_TARGETS[type]
    return made === 'yes_or_no' ? 'class' : made
  }
}

/** The target that an output names, or else the one with the name of its layer. */
const nameOf = (target: OutputSpec['target'], layer: string): string => (target.type === 'field' ? target.name : layer)
