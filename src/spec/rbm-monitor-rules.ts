/** A rule against callbacks that watch the loss of an RBM. */
import type { CallbackSpecs } from './callbacks.js'
import type { RuleIssue } from './family.js'
import { labelsOf, type TrainingSpec } from './rbm.js'
import { written } from './words.js'

interface MonitorFields {
  readonly training?: TrainingSpec | undefined
  readonly early_stopping: { readonly monitor: string } | null
  readonly callbacks: CallbackSpecs
}

/** True if a smaller loss of an RBM shows that it has learned more. */
export function lossFalls(training: TrainingSpec): boolean {
  const labels = labelsOf(training)
  return training.algorithm === 'exact' || (labels !== null && labels.type !== 'generative')
}

/**
 * The loss of an RBM, the mean of F(data) - F(model), falls and rises while the RBM gets better (Hinton, UTML TR
 * 2010-003, section 5), so a callback must not watch it.
 */
export function* lossRules({ training, early_stopping, callbacks }: MonitorFields): Iterable<RuleIssue> {
  if (!training || lossFalls(training)) return
  const better = labelsOf(training) ? ['accuracy'] : ['pseudo_likelihood', 'reconstruction_error']
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
    const message = `found ${written(monitor)}, but with ${written(training.algorithm)} the loss does not show how well an RBM learns; watch a metric instead: ${names}, listed in "metrics"`
    yield { code: 'unknown-metric', path: [...path, 'monitor'], message }
  }
}
