/** The events of a run as lines of JSON, for programs that follow it while it trains. */
import { z } from 'zod'
import { historySchema } from './history.js'
import { version } from './report-fields.js'

/** JSON has neither NaN nor infinity. */
const measured = z.number().nullable().describe('null: NaN or infinite.')
const measures = z.record(z.string(), measured)

const epoch = z.int().describe('From 1.')

/** An event: its name, the fields that every event has, and its own. */
const event = <Name extends string, Fields extends z.ZodRawShape>(name: Name, meaning: string, fields: Fields) =>
  z.strictObject({
    version,
    event: z.literal(name).describe(meaning),
    elapsed: z.number().describe('Seconds since the command began to work.'),
    ...fields,
  })

const { shape: ofHistory } = historySchema

export const runEventSchema = z
  .discriminatedUnion('event', [
    event('start', 'A training begins. A stack of RBMs has one for each stage, k-fold one for each fold.', {
      time: z.iso.datetime().describe('Time of the event, UTC.'),
      name: ofHistory.name,
      stage: z.string().nullable().describe('Title of the stage. null: the spec has one only.'),
      fold: z.int().nullable().describe('From 1. null: no k-fold.'),
      directory: z.string().nullable().describe('Folder of the results. null: nothing is written.'),
      seed: ofHistory.seed,
      engine: ofHistory.engine,
      device: ofHistory.device,
      samples: ofHistory.samples,
      validation_samples: ofHistory.validation_samples,
      epochs: z.int().describe('Epochs of the spec. Fewer are trained if training is stopped.'),
      batch_size: z.int().describe('Samples in a step.'),
      steps_per_epoch: z.int().describe('Steps in an epoch.'),
      metrics: z.array(z.string()).describe('History keys of the measures of each batch, loss first.'),
      from: z
        .strictObject({ epoch, step: z.int().describe('Steps of this epoch that were done before.') })
        .nullable()
        .describe('The place from which a resumed training goes on. null: it begins.'),
    }),
    event('batch', 'A step is done. Ten times a second at most, so most steps have no event.', {
      epoch,
      step: z.int().describe('Steps done in this epoch.'),
      samples: z.int().describe('Samples seen in this epoch.'),
      metrics: measures.describe('Means over the epoch so far.'),
    }),
    event('validation', 'The model was measured on the validation data, at the end of an epoch.', {
      epoch,
      samples: ofHistory.validation_samples,
      metrics: measures.describe('Values by history key, such as val_loss.'),
    }),
    event('epoch', 'An epoch is done.', {
      epoch,
      metrics: measures.describe('Training and validation measures of the whole epoch, as in history.json.'),
      learning_rate: z.number().describe('The rate that the next step would use.'),
      seconds: z.number().describe('Wall time of the epoch, validation included.'),
    }),
    event('checkpoint', 'A callback has saved the model.', {
      epoch,
      step: z.int().describe('Steps done in this epoch.'),
      path: z.string().describe('Absolute path of the folder of the saved model.'),
    }),
    event('warning', 'Something that is allowed but probably not meant, or a place that cannot be written.', {
      code: z.string().nullable().describe('Kind of warning, a stable code. null: it is not about the spec.'),
      pointer: z.string().nullable().describe('JSON pointer to the place in the spec. null: it is not about the spec.'),
      message: z.string().describe('The warning in words.'),
    }),
    event('stop', 'A training has stopped. Its model is tested and saved next.', {
      reason: z
        .enum(['completed', 'early_stopping', 'time_budget', 'paused', 'interrupted', 'missing_row', 'diverged'])
        .describe('Why it stopped, as in history.json.'),
      epochs: z.int().describe('Epochs completed.'),
      updates: z.int().describe('Updates made.'),
      epoch: z.int().nullable().describe('The epoch in which it was cut short. null: it was not.'),
      step: z.int().nullable().describe('The step of that epoch. null: it was not cut short.'),
      tensor: z.string().nullable().describe('First tensor with NaN or infinity. null: training did not diverge.'),
      best: ofHistory.best,
      restored_best_weights: ofHistory.restored_best_weights,
    }),
    event('end', 'The last line. If it is missing, the process was killed.', {
      outcome: z
        .enum(['done', 'expectation_failed', 'diverged', 'paused', 'interrupted', 'failed'])
        .describe('How the command ended. failed: an error ended it.'),
      message: z.string().nullable().describe('The error in words. null: no error ended the command.'),
      directory: z
        .string()
        .nullable()
        .describe('Folder of the run. null: none was created, or an error ended the command.'),
      scores: measures
        .nullable()
        .describe('Measures of the saved model, those of the test with test_; means with k-fold. null: no model.'),
      expectations: ofHistory.expectations,
    }),
  ])
  .meta({
    title: 'trainspec event',
    description: 'One line of `train SPEC --events`. Events of other names may be added; ignore those you do not know.',
  })

export type RunEvent = z.output<typeof runEventSchema>

/** The JSON Schema of a line. */
export const runEventJsonSchema = () => z.toJSONSchema(runEventSchema, { target: 'draft-07' })

export const eventLine = (one: RunEvent): string => `${JSON.stringify(one)}\n`
