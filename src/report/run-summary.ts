/** The last lines of a run: why it stopped, the best epoch, the test results, the time, the files. */
import type { EarlyStoppingSpec } from '../spec/spec.js'
import type { BadTensor, Divergence, EndEvent, Metrics } from '../training/events.js'
import type { Expectation } from '../training/gate.js'
import { expectationWords } from './checks.js'
import { formatDuration, formatMetric, formatMetrics } from './numbers.js'

export interface SummaryParts {
  readonly end: EndEvent
  readonly stepsPerEpoch: number
  readonly earlyStopping: EarlyStoppingSpec | null
  /** Null if the model was not tested. */
  readonly test: Metrics | null
  /** Lines about metrics that were NaN. */
  readonly missing: readonly string[]
  readonly seconds: number
  readonly directory: string
  /** Layers and activations that TensorFlow.js does not have, so that it cannot open the model. */
  readonly notInTfjs: readonly string[]
}

export function runSummary({
  end,
  stepsPerEpoch,
  earlyStopping,
  test,
  missing,
  seconds,
  directory,
  notInTfjs,
}: SummaryParts): string[] {
  const { best } = end
  const weights = end.restored ? 'the saved model has its weights' : 'the saved model has the weights of the last epoch'
  return [
    reasonOf(end, stepsPerEpoch, earlyStopping),
    ...(best ? [`Best epoch: ${best.epoch}, ${best.monitor} ${formatMetric(best.value)}; ${weights}.`] : []),
    ...(test ? [`Test:${formatMetrics(test).replace(' -', '')}`] : []),
    ...missing,
    `Took ${formatDuration(seconds)}. Files: ${directory}`,
    ...(notInTfjs.length > 0 ? [unopened(notInTfjs)] : []),
  ]
}

const unopened = (names: readonly string[]): string =>
  `tf.loadLayersModel cannot open the saved model: TensorFlow.js has no equivalent of ${names.join(', ')}.`

function reasonOf(end: EndEvent, stepsPerEpoch: number, earlyStopping: EarlyStoppingSpec | null): string {
  const { reason, epochs, missingRow, divergence, interruptedAt, stopping } = end
  switch (reason) {
    case 'completed':
      return `Trained for ${counted(epochs, 'epoch')}.`
    case 'early_stopping':
      return `Stopped early after ${counted(epochs, 'epoch')}: ${earlyStopping!.monitor} has not ${stopping!.baseline === null ? 'improved' : `been better than the baseline of ${stopping!.baseline}`} for ${counted(stopping!.epochs, 'epoch')}.`
    case 'time_budget':
      return `Stopped in epoch ${interruptedAt!.epoch}, after ${interruptedAt!.step} of ${counted(stepsPerEpoch, 'step')}: the time budget is used up.`
    case 'paused':
      return `Paused after ${counted(epochs, 'epoch')}.`
    case 'interrupted':
      return `Interrupted in epoch ${interruptedAt!.epoch}, after ${interruptedAt!.step} of ${counted(stepsPerEpoch, 'step')}.`
    case 'missing_row':
      return `Stopped in epoch ${missingRow!.epoch}, at step ${missingRow!.step} of ${counted(stepsPerEpoch, 'step')}: a number has no row.`
    case 'diverged':
      return `Diverged ${placeOf(divergence!)}: ${badTensor(divergence!)}. ${remedy(divergence!)}`
  }
}

/** `the first tensor with nan is dense/kernel` */
export const badTensor = ({ tensor, value }: BadTensor): string =>
  `the first tensor with ${formatMetric(value)} is ${tensor}`

const PLACES: { readonly [During in Divergence['during']]: (divergence: Divergence) => string } = {
  step: ({ epoch, step }) => `in epoch ${epoch}, step ${step}`,
  weights: ({ epoch, step }) => `in epoch ${epoch}, in the update of step ${step}`,
  validation: ({ epoch, step }) => `in epoch ${epoch}, step ${step}, in validation`,
  test: ({ epoch }) => `in the test, after epoch ${epoch}`,
}

const placeOf = (divergence: Divergence): string => PLACES[divergence.during](divergence)

/**
 * A remedy for a run that diverged. Before the first update the learning rate is not the cause; `look` says what may
 * be.
 */
export const rateRemedy = (updates: number, look?: string): string =>
  updates > 0
    ? 'Try a smaller learning rate.'
    : `No update had been made, so the learning rate is not the cause${look === undefined ? '' : `: ${look}`}.`

const LOOK: { readonly [Kind in BadTensor['kind']]: string } = {
  weight: 'the initializer of the weight gave it this value',
  layer: 'check the layer, its initial weights and its inputs',
  measure: 'the outputs of every layer are finite; check whether the last activation suits the loss',
}

const remedy = ({ updates, kind }: Divergence): string => rateRemedy(updates, LOOK[kind])

const counted = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

/** `passed: val_acc 0.9812, expected at least 0.975` */
export const expectationLines = (expectations: readonly Expectation[]): string[] =>
  expectations.map((one) => `${one.passed ? 'passed' : 'FAILED'}: ${expectationWords(one)}`)
