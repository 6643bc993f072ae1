/**
 * Deep belief networks: a stack of restricted Boltzmann machines, trained in turn, and the network that they become.
 */
import { z } from 'zod'
import { type DeepReadonly, nameIn, type RuleIssue } from './family.js'
import { batchSize, epochs } from './fit.js'
import { metricList } from './metric.js'
import { optimizerSchema } from './optimizers.js'
import {
  DEFAULT_OPTIMIZER,
  DEFAULT_TRAINING,
  labelsOf,
  networkRules,
  rbmFields,
  rbmRules,
  trainingSchema,
} from './rbm.js'
import { RBM_METRICS } from './rbm-metrics.js'
import { unitRules } from './rbm-unit-rules.js'
import type { ValidationFields } from './validation.js'
import { written } from './words.js'

export const FINE_TUNINGS = {
  classifier: 'Dense layers of the RBMs, with a new softmax over the classes on top.',
  autoencoder: 'Dense layers of the RBMs, then the same in reverse order with transposed kernels and visible biases.',
} as const

const rbm = z
  .strictObject({
    ...rbmFields,
    training: trainingSchema
      .unwrap()
      .prefault(DEFAULT_TRAINING)
      .describe('Training algorithm. Default: contrastive divergence with one Gibbs step.'),
    optimizer: optimizerSchema.prefault(DEFAULT_OPTIMIZER).describe('Optimizer of the RBM. Default: SGD.'),
    metrics: metricList(RBM_METRICS).describe('Metrics, measured on training and validation data.'),
    batch_size: batchSize,
    epochs,
  })
  .describe('One RBM and how it is trained.')

export const dbnSchema = z
  .strictObject({
    type: z
      .literal('DBN')
      .describe('A stack of RBMs, trained one after another without labels. They then become layers of a network.'),
    rbms: z
      .array(rbm)
      .min(1)
      .max(100)
      .describe(
        'The RBMs, starting at the data. Each learns the hidden probabilities of the one before it. `validation_split` and `shuffle` of `fit` apply to all of them.',
      ),
    fine_tune: nameIn(FINE_TUNINGS)
      .nullable()
      .default(null)
      .describe(
        'Network that starts with the RBMs as its first layers. `loss`, `metrics`, `optimizer` and `fit` are those of the network. null: no further training.',
      ),
  })
  .describe('A stack of restricted Boltzmann machines.')

export type DbnSpec = DeepReadonly<z.output<typeof dbnSchema>>
export type StackedRbmSpec = DbnSpec['rbms'][number]
export type FineTuning = keyof typeof FINE_TUNINGS

interface DbnFields extends ValidationFields {
  readonly model: DbnSpec
  readonly optimizer?: unknown
  readonly loss?: unknown
  readonly metrics: readonly { readonly type: string }[]
  readonly target?: { readonly type: string } | undefined
  readonly outputs?: unknown
  readonly training?: unknown
  readonly start?: unknown
  readonly fit: ValidationFields['fit'] &
    Readonly<Record<'batch_size' | 'epochs', number>> & { readonly class_weight: unknown }
  readonly early_stopping: unknown
  readonly callbacks: readonly unknown[]
  readonly expect: object
}

/** Rules for a stack, and for the RBMs in it. */
export function* dbnRules(spec: DbnFields): Iterable<RuleIssue> {
  const { rbms, fine_tune } = spec.model
  for (const [index, one] of rbms.entries()) {
    const path = ['model', 'rbms', index]
    for (const issue of [
      ...rbmRules({ ...one, data: spec.data, fit: { ...spec.fit, class_weight: null } }),
      ...unitRules(one, one),
    ]) {
      yield { ...issue, path: [...path, ...issue.path] }
    }
    if (labelsOf(one.training)) {
      const message =
        'found "labels", but the RBMs of a stack learn without labels; use "fine_tune": "classifier" to learn them'
      yield { code: 'order', path: [...path, 'training', 'labels'], message }
    }
    const { visible, hidden } = one
    if (index > 0 && visible.type !== 'bernoulli') {
      const message = `found ${written(visible.type)}, but this RBM learns the hidden probabilities of the RBM before it; only the first RBM can have visible units other than "bernoulli"`
      yield { code: 'order', path: [...path, 'visible'], message }
    }
    if (index < rbms.length - 1 && hidden.type !== 'bernoulli') {
      const message = `found ${written(hidden.type)}, but the next RBM learns probabilities; only the last RBM can have hidden units other than "bernoulli"`
      yield { code: 'order', path: [...path, 'hidden'], message }
    }
  }
  if (spec.training !== undefined) {
    const message = 'found "training", but each RBM of a DBN has its own, in "rbms"'
    yield { code: 'order', path: ['training'], message }
  }
  if (spec.start !== undefined) {
    const message =
      'found "start", but a DBN starts from the RBMs that it trains; to go on from a trained DBN, train the network that it became: a Sequential model of its Dense layers'
    yield { code: 'order', path: ['start'], message }
  }
  if (spec.outputs !== undefined) {
    const message = 'found "outputs", but a DBN has only one output, which "fine_tune" chooses'
    yield { code: 'order', path: ['outputs'], message }
  }
  if (fine_tune === null) yield* unusedRules(spec)
  else {
    yield* targetRules(fine_tune, spec.target)
    yield* networkRules({ training: undefined, metrics: spec.metrics })
  }
}

const TARGETS: { readonly [Name in FineTuning]: readonly string[] } = {
  classifier: ['label', 'grouped_label'],
  autoencoder: ['input'],
}

function* targetRules(fineTuning: FineTuning, target: DbnFields['target']): Iterable<RuleIssue> {
  if (target === undefined || TARGETS[fineTuning].includes(target.type)) return
  const compared = fineTuning === 'autoencoder' ? 'the sample itself' : 'labels'
  const message = `found ${written(target.type)}, but the output of ${written(fineTuning)} is compared with ${compared}`
  yield { code: 'order', path: ['target'], message }
}

/** Without fine-tuning, fields that say how to train a network are errors. */
function* unusedRules(spec: DbnFields): Iterable<RuleIssue> {
  const { loss, metrics, optimizer, target, fit, early_stopping, callbacks, expect } = spec
  const given: readonly (readonly [key: string, path: RuleIssue['path'], isGiven: boolean])[] = [
    ['loss', ['loss'], loss !== undefined],
    ['metrics', ['metrics'], metrics.length > 0],
    ['optimizer', ['optimizer'], optimizer !== undefined],
    ['target', ['target'], target !== undefined],
    ['batch_size', ['fit', 'batch_size'], fit.batch_size !== batchSize.parse(undefined)],
    ['epochs', ['fit', 'epochs'], fit.epochs !== epochs.parse(undefined)],
    ['class_weight', ['fit', 'class_weight'], fit.class_weight !== null],
    ['early_stopping', ['early_stopping'], early_stopping !== null],
    ['callbacks', ['callbacks'], callbacks.length > 0],
    ['expect', ['expect'], Object.keys(expect).length > 0],
  ]
  for (const [key, path, isGiven] of given) {
    if (!isGiven) continue
    const message = `found ${written(key)}, which is for fine-tuning, but "fine_tune" is null; each RBM has its own settings in "rbms"`
    yield { code: 'order', path, message }
  }
}
