/** Callbacks, with the arguments and defaults of Keras 3 (keras/src/callbacks). */
import { z } from 'zod'
import { type DeepReadonly, family, member } from './family.js'
import { scheduleSchema } from './schedules.js'
import { type InFull, stringAs, withShortForm } from './short-forms.js'
import { LONGEST_LIST, whole } from './whole.js'

const monitor = z
  .string()
  .meta({ examples: ['val_loss', 'loss'] })
  .describe('History key to monitor: loss, a metric, or either with val_ before it.')

const mode = z
  .enum(['auto', 'min', 'max'])
  .default('auto')
  .meta({ enumDescriptions: ["by the metric's name", 'smaller is better', 'larger is better'] })
  .describe('Whether smaller or larger is better.')

const minDelta = (preset: number) =>
  z
    .number()
    .default(preset)
    .describe(
      'Smallest change that counts as an improvement, in the units of the monitored value. The sign is ignored.',
    )

const earlyStopping = {
  monitor: monitor.default('val_loss'),
  min_delta: minDelta(0),
  patience: whole(0)
    .default(0)
    .describe('Number of epochs without improvement after which training stops, at least 0.'),
  mode,
  baseline: z
    .number()
    .nullable()
    .default(null)
    .describe('Value that must be beaten before patience starts again. null: none.'),
  restore_best_weights: z.boolean().default(false).describe('Restore the weights of the best epoch at the end.'),
  start_from_epoch: whole(0).default(0).describe('Number of first epochs to ignore, at least 0.'),
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
    'Stop when the monitored value no longer improves: an object, just the history key to monitor, or true for all defaults. null or false: never.',
  )

/**
 * A path that must match a pattern. The patterns exclude control characters, which a terminal obeys, and the backslash,
 * which separates folders on some systems only.
 */
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
  member(
    'EarlyStopping',
    'Stops when the monitored value no longer improves; the same as the field `early_stopping`.',
    earlyStopping,
  ),
  member('ReduceLROnPlateau', 'Multiplies the learning rate by `factor` when the monitored value no longer improves.', {
    monitor: monitor.default('val_loss'),
    factor: z.number().min(0).lt(1).default(0.1).describe('Factor of the learning rate, at least 0 and below 1.'),
    patience: whole(0)
      .default(10)
      .describe('Number of epochs without improvement after which the learning rate is reduced, at least 0.'),
    mode,
    min_delta: minDelta(1e-4),
    cooldown: whole(0).default(0).describe('Number of epochs to wait after a reduction, at least 0.'),
    min_lr: z.number().min(0).default(0).describe('Smallest learning rate, at least 0.'),
  }),
  member('ModelCheckpoint', 'Saves the model in the folder of the run, in the format of the final model.', {
    filepath: inRunFolder.describe(
      'Folder of the model. {epoch}, {batch} and history keys are replaced by their values: checkpoints/{epoch:02d}-{val_loss:.2f}.',
    ),
    monitor: monitor.default('val_loss'),
    save_best_only: z.boolean().default(false).describe('Save only when the monitored value is the best so far.'),
    save_weights_only: z.boolean().default(false).describe('Save the weights only, without the model.'),
    mode,
    save_freq: z
      .union([z.literal('epoch').describe('After each epoch.'), whole(1)])
      .default('epoch')
      .describe('Save after each epoch, or after this number of batches, at least 1.'),
    initial_value_threshold: z
      .number()
      .nullable()
      .default(null)
      .describe('The first saved model must be better than this. null: no threshold.'),
  }),
  member('LearningRateScheduler', 'Sets the learning rate when an epoch begins. Epochs count from 0, as in Keras.', {
    rates: rates
      .optional()
      .describe(
        'Learning rates by the epoch in which they start: { "0": 0.01, "10": 0.001 }. Give either this or schedule.',
      ),
    schedule: scheduleSchema.optional().describe('A schedule whose steps are epochs. Give either this or rates.'),
  }),
  member('CSVLogger', 'Writes one row per epoch, as in Keras: epochs count from 0, columns are sorted by name.', {
    filename: anywhere.describe('File in the folder of the run. A path outside of it needs append.'),
    separator: z
      .string()
      .regex(/^[^A-Za-z0-9._+"\r\n-]$/)
      .meta({ patternErrorMessage: 'must be one character that is in no name and no number, such as a comma' })
      .default(',')
      .describe('Separator of columns; one character.'),
    append: z.boolean().default(false).describe('Append to an existing file. Its header must have the same columns.'),
  }),
  member('TensorBoard', 'Writes event files for TensorBoard: `tensorboard --logdir runs` shows all runs.', {
    log_dir: inRunFolder
      .default('logs')
      .describe('Folder within the folder of the run. Two folders are made in it, train and validation.'),
    update_freq: z
      .union([
        z.enum(['epoch', 'batch']).meta({ enumDescriptions: ['once per epoch', 'after every batch too'] }),
        whole(1),
      ])
      .default('epoch')
      .describe(
        'How often to write: once per epoch, after every batch too, or after this number of batches, at least 1.',
      ),
  }),
  member('TerminateOnNaN', 'Has no effect: every run stops at NaN or infinity, and names the tensor.', {}),
  member('TimeBudget', 'Stops after the batch in which the time runs out, and then validates.', {
    seconds: z.number().gt(0).describe('Time for training in seconds, above 0.'),
  }),
] as const

export const callbacksSchema = z
  .array(family(CALLBACKS))
  .max(LONGEST_LIST)
  .default([])
  .describe('Callbacks, in the order in which they run: each an object with a `type`.')

export type CallbackSpecs = DeepReadonly<z.output<typeof callbacksSchema>>
