/** Opens the place where trials train. */
import type { Place } from '../../spec/sweep-places.js'
import type { Cluster } from './cluster-executor.js'
import type { Executor } from './executor.js'

const EXECUTORS: { readonly [Name in Place]: (slots: number) => Promise<Executor> } = {
  local: async (slots) => (await import('./local-executor.js')).localExecutor(slots),
  slurm: async (slots) => onCluster(await (await import('./slurm.js')).openSlurm(), slots),
  ray: async (slots) => onCluster(await (await import('./ray.js')).openRay(), slots),
}

const onCluster = async (cluster: Cluster, slots: number): Promise<Executor> =>
  (await import('./cluster-executor.js')).clusterExecutor(cluster, slots)

/** Throws a UserError if the place is not there. */
export const executorOn = (place: Place, slots: number): Promise<Executor> => EXECUTORS[place](slots)
