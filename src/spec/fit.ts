/** How long and in what portions to train: the arguments of Keras' `fit` and `EarlyStopping`. */
import { z } from 'zod'
import { whole } from './whole.js'

const classNumber = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,8})$/)
  .meta({ patternErrorMessage: 'must be a class number, from 0' })

export const fitSchema = z
  .strictObject({
    batch_size: whole(1).default(32).describe('Samples in a step, at least 1.'),
    epochs: whole(1)
      .default(1)
      .describe('Passes over the training data, at least 1; the most there will be with early stopping.'),
    validation_split: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe(
        'Fraction of the training data, at least 0 and below 1, cut from its end before shuffling and used to validate after each epoch.',
      ),
    shuffle: z.boolean().default(true).describe('Visit the samples in a new random order in each epoch.'),
    class_weight: z
      .record(classNumber, z.number().min(0))
      .nullable()
      .default(null)
      .describe(
        'How much the samples of a class weigh in the loss of training, by class number: { "3": 2 }. Others weigh 1; null for all alike.',
      ),
  })
  .prefault({})
  .describe('How to train: batch size, epochs, validation.')

const monitor = z
  .string()
  .meta({ examples: ['val_loss', 'loss'] })
  .describe('History key to watch: loss, a metric, or either with val_ before it.')

const object = z.strictObject({
  monitor: monitor.default('val_loss'),
  min_delta: z
    .number()
    .default(0)
    .describe('Smallest change that counts as better, in the units of the monitored value; its sign is ignored.'),
  patience: whole(0).default(0).describe('Epochs without anything better after which training stops, at least 0.'),
  mode: z
    .enum(['auto', 'min', 'max'])
    .default('auto')
    .meta({ enumDescriptions: ["by the metric's name", 'smaller is better', 'larger is better'] })
    .describe('Which way is better.'),
  baseline: z
    .number()
    .nullable()
    .default(null)
    .describe('Value to be beaten before patience starts anew; null for none.'),
  restore_best_weights: z.boolean().default(false).describe('At the end go back to the weights of the best epoch.'),
  start_from_epoch: whole(0).default(0).describe('Epochs at the start that are not looked at, at least 0.'),
})

export const earlyStoppingSchema = z
  .union([z.null(), z.boolean(), monitor, object])
  .transform((value) => {
    if (value === null || value === false) return null
    if (value === true) return object.parse({})
    return typeof value === 'string' ? object.parse({ monitor: value }) : value
  })
  .default(null)
  .describe(
    'Stop when nothing gets better: an object, just the history key to watch, or true for all defaults. null or false: never.',
  )
