/** The field `checkpoint` of a spec: how often the state of training is saved, so that a run can be resumed. */
import { z } from 'zod'
import { nameIn } from './family.js'
import { whole } from './whole.js'

const EVERY = { epoch: 'After each epoch.' } as const

const minutes = z
  .strictObject({ minutes: z.number().gt(0).describe('Minutes between two checkpoints, more than 0.') })
  .describe('After the step in which the time is up.')

/** A first checkpoint after a minute: a run that is shorter is soon trained again. */
const DEFAULT = { minutes: 1 }

export const checkpointSchema = z
  .strictObject({
    every: z
      .union([nameIn(EVERY), whole(1), minutes])
      .prefault(DEFAULT)
      .describe('When to save: after each epoch, each time after that many steps, or by time.'),
    keep: whole(1, 1000)
      .default(2)
      .describe('Number of checkpoints to keep, the newest ones. If one is damaged, the one before it is used.'),
  })
  .nullable()
  .prefault({})
  .describe(
    'When to save the state of training, with which `train resume` goes on. null: only when training is interrupted or paused, or on SIGUSR1.',
  )

export type CheckpointSpec = z.output<typeof checkpointSchema>
