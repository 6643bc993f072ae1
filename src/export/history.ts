/** `history.json`: everything that a run measured, and what identifies the run. */
import { z } from 'zod'
import { writeFileAtomic } from '../base/atomic-file.js'
import type { Issue } from '../base/issue.js'
import { jsonText } from '../base/json.js'
import type { EndEvent, EpochEndEvent, Metrics, StartEvent } from '../training/events.js'
import type { Expectation } from '../training/gate.js'
import { finite, finiteMeasures, version } from './report-fields.js'
import { type StartReport, startReportSchema } from './start-report.js'

/** JSON has neither NaN nor infinity. */
const measured = z.number().nullable().describe('null: NaN or infinite.')

const epoch = z.int().describe('From 1.')

export const historySchema = z
  .strictObject({
    version,
    name: z.string().describe('Name of the run, from the spec.'),
    seed: z.int().describe('Seed of all random numbers.'),
    engine: z.string().describe('Engine that was used.'),
    device: z
      .string()
      .describe('Device that was used: cpu, gpu:0, gpu:0,gpu:1 for two, or gpu if GPUs have no numbers.'),
    precision: z.string().describe('Number format of the matrix products.'),
    processors: z
      .int()
      .describe(
        'Logical processors that the run could use. The same seed gives the same run, bit for bit, only with the same number.',
      ),
    hosts: z.int().min(2).optional().describe('Number of hosts that trained together. Absent for one.'),
    versions: z.record(z.string(), z.string()).describe('Versions of trainspec, Node and the packages that computed.'),
    started: z.iso.datetime().describe('Start time of training, UTC.'),
    total_seconds: z.number().describe('Wall time from the start of training to the test scores.'),
    warnings: z
      .array(
        z.strictObject({
          code: z.string().describe('Kind of warning; a stable code.'),
          pointer: z.string().describe('JSON pointer to the place in the spec; empty for the whole spec.'),
          message: z.string().describe('The warning in words.'),
        }),
      )
      .describe('Warnings: parts of the spec that are valid but probably a mistake.'),
    start: startReportSchema,
    samples: z.int().describe('Training samples.'),
    validation_samples: z.int().describe('0 without validation.'),
    epochs: z.int().describe('Number of completed epochs: the length of every array below.'),
    metrics: z
      .record(z.string(), z.array(measured))
      .describe('One value per epoch for each history key: loss, the metrics, and the same with val_.'),
    learning_rate: z.array(z.number()).describe('One value per epoch.'),
    seconds: z.array(z.number()).describe('Wall time of each epoch, validation included.'),
    best: z
      .strictObject({ epoch, monitor: z.string().describe('Monitored history key.'), value: measured })
      .nullable()
      .describe(
        'The best epoch by the monitored value of early stopping. null: no early stopping, or all values were NaN.',
      ),
    restored_best_weights: z
      .boolean()
      .describe('True if the model has the weights of the best epoch, not of the last.'),
    stop: z
      .discriminatedUnion('reason', [
        z.strictObject({
          reason: z
            .enum(['completed', 'early_stopping'])
            .describe('All epochs are done, or the monitored value stopped improving.'),
        }),
        z.strictObject({ reason: z.literal('paused').describe('Stopped after the epoch that --pause-after names.') }),
        z.strictObject({
          reason: z.literal('interrupted').describe('Stopped by Ctrl-C or a signal.'),
          epoch,
          step: z.int().describe('Steps done in this epoch.'),
        }),
        z.strictObject({
          reason: z.literal('time_budget').describe('The time ran out; the last epoch may be incomplete.'),
          epoch,
          step: z.int().describe('Steps done in this epoch.'),
        }),
        z.strictObject({
          reason: z.literal('missing_row').describe('A layer computed a number that an Embedding has no vector for.'),
          epoch,
          step: z.int().describe('Step within the epoch, from 1.'),
        }),
        z.strictObject({
          reason: z.literal('diverged').describe('NaN or infinity.'),
          epoch,
          step: z.int().describe('Step within the epoch, from 1.'),
          tensor: z.string().describe('First tensor with NaN or infinity.'),
        }),
      ])
      .describe('Why training ended, and at which step if it was cut short.'),
    test: z
      .record(z.string(), measured)
      .nullable()
      .describe('Loss and metrics on the test set. null: the test was not reached.'),
    expectations: z
      .array(
        z.strictObject({
          key: z.string().describe('History key, test_ and a key, or seconds.'),
          bound: z.enum(['min', 'max']).describe('Whether the bound is a minimum or a maximum.'),
          value: z.number().describe('The bound.'),
          at: z
            .enum(['restored', 'last', 'best'])
            .nullable()
            .default(null)
            .describe(
              'Epoch whose value was compared: that of the model, the last, or the one with the best value. null: a value that is measured once, or a history that does not say.',
            ),
          found: measured.describe('null: the run has no such number, or it is NaN or infinite.'),
          passed: z.boolean().describe('Whether the expectation was met. A missing number or NaN fails.'),
        }),
      )
      .describe('Expectations of the spec and their results.'),
  })
  .meta({ title: 'trainspec history', description: 'Measurements of a training run.' })

export type History = z.output<typeof historySchema>

/** The JSON Schema of `history.json`. */
export const historyJsonSchema = () => z.toJSONSchema(historySchema, { target: 'draft-07' })

export interface HistoryParts
  extends Pick<
    History,
    | 'name'
    | 'seed'
    | 'engine'
    | 'device'
    | 'precision'
    | 'processors'
    | 'hosts'
    | 'versions'
    | 'started'
    | 'total_seconds'
  > {
  readonly warnings: readonly Issue[]
  readonly startedFrom: StartReport | null
  readonly start: StartEvent
  readonly epochs: readonly EpochEndEvent[]
  readonly end: EndEvent
  readonly test: Metrics | null
  readonly expectations: readonly Expectation[]
}

export function buildHistory({
  warnings,
  startedFrom,
  start,
  epochs,
  end,
  test,
  expectations,
  ...rest
}: HistoryParts): History {
  const keys = Object.keys(epochs[0]?.metrics ?? {})
  return {
    version: 1,
    ...rest,
    warnings: warnings.map(({ code, pointer, message }) => ({ code, pointer, message })),
    start: startedFrom,
    samples: start.samples,
    validation_samples: start.validationSamples,
    epochs: epochs.length,
    metrics: Object.fromEntries(keys.map((key) => [key, epochs.map(({ metrics }) => finite(metrics[key]))])),
    learning_rate: epochs.map(({ learningRate }) => learningRate),
    seconds: epochs.map(({ seconds }) => seconds),
    best: end.best && { ...end.best, value: finite(end.best.value) },
    restored_best_weights: end.restored,
    stop: stopOf(end),
    test: test && finiteMeasures(test),
    expectations: expectations.map((one) => ({ ...one, found: finite(one.found) })),
  }
}

/** Why training ended, and at which step if it was cut short. */
export function stopOf({ reason, interruptedAt, missingRow, divergence }: EndEvent): History['stop'] {
  switch (reason) {
    case 'completed':
    case 'early_stopping':
    case 'paused':
      return { reason }
    case 'interrupted':
    case 'time_budget':
      return { reason, ...interruptedAt! }
    case 'missing_row':
      return { reason, epoch: missingRow!.epoch, step: missingRow!.step }
    case 'diverged':
      return { reason, epoch: divergence!.epoch, step: divergence!.step, tensor: divergence!.tensor }
  }
}

export const historyText = (history: History): string => jsonText(history)

export const writeHistory = (path: string, history: History): Promise<void> =>
  writeFileAtomic(path, historyText(history))
