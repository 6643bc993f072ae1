/** What watches a training run, with the arguments and defaults of Keras 3 (keras/src/callbacks). */
import { z } from 'zod'
import { type DeepReadonly, family, member } from './family.js'
import { scheduleSchema } from './schedules.js'
import { type InFull, stringAs, withShortForm } from './short-forms.js'
import { LONGEST_LIST, whole } from './whole.js'

const monitor = z
  .string()
  .meta({ examples: ['val_loss', 'loss'] })
  .describe('History key to watch: loss, a metric, or either with val_ before it.')

const mode = z
  .enum(['auto', 'min', 'max'])
  .default('auto')
  .meta({ enumDescriptions: ["by the metric's name", 'smaller is better', 'larger is better'] })
  .describe('Which way is better.')

const minDelta = (preset: number) =>
  z
    .number()
    .default(preset)
    .describe('Smallest change that counts as better, in the units of the monitored value; its sign is ignored.')

const earlyStopping = {
  monitor: monitor.default('val_loss'),
  min_delta: minDelta(0),
  patience: whole(0).default(0).describe('Epochs without anything better after which training stops, at least 0.'),
  mode,
  baseline: z
    .number()
    .nullable()
    .default(null)
    .describe('Value to be beaten before patience starts anew; null for none.'),
  restore_best_weights: z.boolean().default(false).describe('At the end go back to the weights of the best epoch.'),
  start_from_epoch: whole(0).default(0).describe('Epochs at the start that are not looked at, at least 0.'),
}

const earlyStoppingObject = z.strictObject(earlyStopping)

/** `true` is all defaults. */
const earlyStoppingInFull: InFull = (value) => (value === true ? {} : stringAs('monitor')(value))

export const earlyStoppingSchema = withShortForm(
  z.union([z.null(), z.boolean(), monitor, earlyStoppingObject]),
  earlyStoppingInFull,
)
  .transform((value) => {
    if (value === null || value === false) return null
    return typeof value === 'object' ? value : earlyStoppingObject.parse(earlyStoppingInFull(value))
  })
  .default(null)
  .describe(
    'Stop when nothing gets better: an object, just the history key to watch, or true for all defaults. null or false: never.',
  )

/** Control characters steer terminals; a backslash is a folder on one system and a letter on another. */
const path = (pattern: RegExp, message: string) => z.string().regex(pattern).meta({ patternErrorMessage: message })

const inRunFolder = path(
  /^(?!(.*\/)?\.{0,2}(\/|$))[^\\\p{Cc}]+$/u,
  'must be a path in the folder of the run: without "..", a backslash, or a slash at its beginning or end',
)

const anywhere = path(/^(?!(.*\/)?(\.{0,2})$)[^\\\p{Cc}]+$/u, 'must be the path of a file, without a backslash')

const rates = z
  .record(
    z
      .string()
      .regex(/^(0|[1-9]\d{0,8})$/)
      .meta({ patternErrorMessage: 'must be the number of an epoch, from 0' }),
    z.number().min(0).describe('Learning rate, at least 0.'),
  )
  .meta({ minProperties: 1 })
  .refine((table) => Object.keys(table).length > 0, 'found an empty object, must have an epoch and its rate')

export const CALLBACKS = [
  member('EarlyStopping', 'Stops when nothing gets better; the field `early_stopping` by another name.', earlyStopping),
  member('ReduceLROnPlateau', 'Multiplies the learning rate by `factor` when nothing gets better.', {
    monitor: monitor.default('val_loss'),
    factor: z.number().min(0).lt(1).default(0.1).describe('Factor of the learning rate, at least 0 and below 1.'),
    patience: whole(0).default(10).describe('Epochs without anything better after which the rate falls, at least 0.'),
    mode,
    min_delta: minDelta(1e-4),
    cooldown: whole(0).default(0).describe('Epochs after a fall that do not count, at least 0.'),
    min_lr: z.number().min(0).default(0).describe('The rate does not fall below this; at least 0.'),
  }),
  member('ModelCheckpoint', 'Saves the model in the folder of the run, as the final model is saved.', {
    filepath: inRunFolder.describe(
      'Folder of the model; {epoch}, {batch} and history keys stand for their numbers: checkpoints/{epoch:02d}-{val_loss:.2f}.',
    ),
    monitor: monitor.default('val_loss'),
    save_best_only: z.boolean().default(false).describe('Save only when the monitored value is the best so far.'),
    save_weights_only: z.boolean().default(false).describe('Save the weights without the model around them.'),
    mode,
    save_freq: z
      .union([z.literal('epoch'), whole(1)])
      .default('epoch')
      .describe('Save after each epoch, or after so many batches, at least 1.'),
    initial_value_threshold: z
      .number()
      .nullable()
      .default(null)
      .describe('Value to be beaten by the first that is saved as the best; null for none.'),
  }),
  member('LearningRateScheduler', 'Sets the learning rate when an epoch begins. Epochs count from 0, as in Keras.', {
    rates: rates
      .optional()
      .describe('Learning rate by the epoch from which it holds: { "0": 0.01, "10": 0.001 }. Either this or schedule.'),
    schedule: scheduleSchema.optional().describe('A schedule whose steps are epochs. Either this or rates.'),
  }),
  member('CSVLogger', 'Writes a row an epoch, as Keras does: epochs from 0, columns by name.', {
    filename: anywhere.describe('File in the folder of the run. A path out of it needs append.'),
    separator: z
      .string()
      .regex(/^[^A-Za-z0-9._+"\r\n-]$/)
      .meta({ patternErrorMessage: 'must be one character that is in no name and no number, such as a comma' })
      .default(',')
      .describe('Between columns; one character.'),
    append: z
      .boolean()
      .default(false)
      .describe('Add to a file that is there, without another line of names; its own must be the same.'),
  }),
  member('TensorBoard', 'Writes files of events for TensorBoard: `tensorboard --logdir runs` shows all runs.', {
    log_dir: inRunFolder
      .default('logs')
      .describe('Folder in the folder of the run; gets folders train and validation.'),
    update_freq: z
      .union([z.enum(['epoch', 'batch']).meta({ enumDescriptions: ['of epochs', 'of each batch too'] }), whole(1)])
      .default('epoch')
      .describe('Write numbers of each epoch; of each batch too, or each so many batches, at least 1.'),
  }),
  member('TerminateOnNaN', 'Changes nothing: a run always stops at NaN or infinity, and says where.', {}),
  member('TimeBudget', 'Stops at the end of the batch in which the time is up, and validates once more.', {
    seconds: z.number().gt(0).describe('Time for training, above 0.'),
  }),
] as const

export const callbacksSchema = z
  .array(family(CALLBACKS))
  .max(LONGEST_LIST)
  .default([])
  .describe('What watches the run, asked in this order: each an object with a `type`.')

export type CallbackSpecs = DeepReadonly<z.output<typeof callbacksSchema>>
