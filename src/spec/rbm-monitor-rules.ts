/** What is worth watching while an RBM learns: not its loss. */
import type { CallbackSpecs } from './callbacks.js'
import type { RuleIssue } from './family.js'
import { labelsOf, type TrainingSpec } from './rbm.js'
import { written } from './words.js'

interface Given {
  readonly training?: TrainingSpec | undefined
  readonly early_stopping: { readonly monitor: string } | null
  readonly callbacks: CallbackSpecs
}

/** The mean of F(data) - F(model) falls and rises while an RBM gets better (Hinton, UTML TR 2010-003, section 5). */
export function* lossRules({ training, early_stopping, callbacks }: Given): Iterable<RuleIssue> {
  if (!training || training.algorithm === 'exact') return
  const labels = labelsOf(training)
  if (labels && labels.type !== 'generative') return
  const better = labels ? ['accuracy'] : ['pseudo_likelihood', 'reconstruction_error']
  const watched: (readonly [path: RuleIssue['path'], monitor: string])[] = [
    ...(early_stopping ? [[['early_stopping'], early_stopping.monitor] as const] : []),
    ...callbacks.flatMap((callback, index) =>
      'monitor' in callback && (!('save_best_only' in callback) || callback.save_best_only)
        ? [[['callbacks', index], callback.monitor] as const]
        : [],
    ),
  ]
  for (const [path, monitor] of watched) {
    if (!['loss', 'val_loss'].includes(monitor)) continue
    const names = better.map((name) => written(monitor.replace('loss', name))).join(' or ')
    const message = `found ${written(monitor)}, which with ${written(training.algorithm)} does not fall as an RBM learns; a metric tells more: ${names}, listed in "metrics"`
    yield { code: 'unknown-metric', path: [...path, 'monitor'], message }
  }
}
