/** Rules for fields that suit only some kinds of units of an RBM. */
import type { RuleIssue } from './family.js'
import type { RbmSpec, TrainingSpec } from './rbm.js'

/** Metrics that need visible units to be 0 or 1. */
const OF_BINARY: readonly string[] = ['pseudo_likelihood', 'reconstruction_crossentropy', 'flip_rate']

interface UnitFields {
  readonly training?: TrainingSpec | undefined
  readonly metrics: readonly { readonly type: string }[]
}

export function* unitRules(
  { visible, hidden }: Pick<RbmSpec, 'visible' | 'hidden'>,
  { training, metrics }: UnitFields,
): Iterable<RuleIssue> {
  for (const [index, { type }] of metrics.entries()) {
    if (visible.type === 'bernoulli' || !OF_BINARY.includes(type)) continue
    const message = `found "${type}", which is only for visible units that are 0 or 1; these are ${visible.type}`
    yield { code: 'order', path: ['metrics', index], message }
  }
  const kinds = [visible.type, hidden.type]
  if (training?.algorithm === 'parallel_tempering' && kinds.some((kind) => kind !== 'bernoulli')) {
    const message = `found "parallel_tempering", which is only for units that are 0 or 1; these are ${kinds.join(' and ')}`
    yield { code: 'order', path: ['training', 'algorithm'], message }
  }
  if (
    training?.algorithm === 'mean_field' &&
    training.order !== 'naive' &&
    kinds.some((kind) => kind !== 'bernoulli')
  ) {
    const message = `found "${training.order}", which is only for units that are 0 or 1; these are ${kinds.join(' and ')}`
    yield { code: 'order', path: ['training', 'order'], message }
  }
  if (training?.algorithm === 'exact' && hidden.type !== 'bernoulli') {
    const message = `found "exact", which is only for hidden units that are 0 or 1; these are ${hidden.type}`
    yield { code: 'order', path: ['training', 'algorithm'], message }
  }
  if (training?.centered && visible.type === 'gaussian' && visible.variance === 'learned') {
    const message = 'found true, which cannot be used with a learned variance; use "variance": "fixed"'
    yield { code: 'order', path: ['training', 'centered'], message }
  }
}
