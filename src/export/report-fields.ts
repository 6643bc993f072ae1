/** Fields that the JSON documents of several commands have. */
import { z } from 'zod'
import type { Metrics } from '../training/events.js'

export const version = z
  .literal(1)
  .describe('Version of this format. It changes when a field is removed or changes its meaning.')

export const trainspec = z.string().describe('Version of trainspec.')

/** JSON has neither NaN nor infinity: null stands for them. */
export const finite = (value: number | null | undefined): number | null => (Number.isFinite(value) ? value! : null)

export const finiteMeasures = (measures: Metrics): Record<string, number | null> =>
  Object.fromEntries(Object.entries(measures).map(([key, value]) => [key, finite(value)]))
