/** The field `fit` of a spec: the arguments of Keras' `fit`. */
import { z } from 'zod'
import { nameIn } from './family.js'
import { whole } from './whole.js'

const classNumber = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,8})$/)
  .meta({ patternErrorMessage: 'must be a class number, from 0' })

/** Weights of classes that follow from the training data. */
const CLASS_WEIGHTS = {
  balanced:
    'All classes weigh the same: rows / (classes * rows of the class), counted in the training rows without those for validation.',
} as const

export const batchSize = whole(1).default(32).describe('Samples in a step, at least 1.')

export const epochs = whole(1).default(1).describe('Number of passes over the training data, at least 1.')

const shuffleWindow = z
  .strictObject({
    window: whole(1).describe(
      'Number of blocks, each of about 1 MiB of consecutive samples, that are mixed at a time. The blocks are visited in random order. A window of all blocks is the same as true.',
    ),
  })
  .describe('A random order that reads a large file almost from beginning to end, for data that do not fit in memory.')

export const fitSchema = z
  .strictObject({
    batch_size: batchSize,
    epochs: whole(1)
      .default(1)
      .describe('Number of passes over the training data, at least 1. Early stopping may end sooner.'),
    validation_split: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe(
        'Fraction of the training data to use for validation after each epoch, at least 0 and below 1. It is cut from the end, before shuffling; for data of your own, `split` says which rows it takes.',
      ),
    k_fold: whole(2, 1000)
      .nullable()
      .default(null)
      .describe(
        'Number of folds of the training data: the model is trained so many times, each time validated on another fold. Mean and spread of the measures are reported. null: train once.',
      ),
    fold: whole(1, 1000)
      .nullable()
      .default(null)
      .describe('With k_fold: train only the model that is validated on this fold, from 1. null: one after another.'),
    shuffle: z
      .union([z.boolean(), shuffleWindow])
      .default(true)
      .describe('Visit the samples in a new random order in each epoch.'),
    class_weight: z
      .union([nameIn(CLASS_WEIGHTS), z.record(classNumber, z.number().min(0))])
      .nullable()
      .default(null)
      .describe(
        'Weight of each class in the training loss, by class number: { "3": 2 }, or "balanced". Other classes weigh 1. null: all weigh 1. Weights of rows multiply it.',
      ),
  })
  .prefault({})
  .describe('How to train: batch size, epochs, validation.')
