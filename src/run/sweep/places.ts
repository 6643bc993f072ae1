/** Opens the place where trials train. */
import type { Place } from '../../spec/sweep-places.js'
import type { Executor } from './executor.js'

const EXECUTORS: { readonly [Name in Place]: (slots: number) => Promise<Executor> } = {
  local: async (slots) => (await import('./local-executor.js')).localExecutor(slots),
  slurm: async (slots) => (await import('./slurm-executor.js')).slurmExecutor(slots),
}

/** Throws a UserError if the place is not there. */
export const executorOn = (place: Place, slots: number): Promise<Executor> => EXECUTORS[place](slots)
