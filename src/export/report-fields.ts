/** Fields that the JSON documents of several commands have. */
import { z } from 'zod'

export const version = z
  .literal(1)
  .describe('Version of this format. It changes when a field is removed or changes its meaning.')

export const trainspec = z.string().describe('Version of trainspec.')
