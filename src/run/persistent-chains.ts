/** Finds RBMs that train with persistent chains, whose chains go on from step to step on one device. */
import { PERSISTENT } from '../spec/rbm.js'
import { isStacked, isSupervised, type ResolvedSpec } from '../spec/spec.js'

/** An algorithm of a spec, and the pointer to the RBM that has it. */
export interface Persistent {
  readonly algorithm: string
  readonly pointer: string
}

/** The persistent algorithms of a spec, with the place of each. */
export function persistentIn(spec: ResolvedSpec): Persistent[] {
  if (isSupervised(spec)) return []
  const rbms = isStacked(spec)
    ? spec.model.rbms.map(({ training }, index) => ({ training, pointer: `/model/rbms/${index}` }))
    : [{ training: spec.training, pointer: '' }]
  return rbms
    .filter(({ training }) => PERSISTENT.includes(training.algorithm))
    .map(({ training, pointer }) => ({ algorithm: training.algorithm, pointer: `${pointer}/training/algorithm` }))
}
