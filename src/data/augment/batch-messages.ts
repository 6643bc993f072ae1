/** Messages between a thread that makes batches and the one that trains. */
import type { Named, Numbers } from '../../base/field.js'
import type { SentError } from '../../base/sent-error.js'
import type { Recipe } from './recipe.js'
import type { StoredRows } from './stored-rows.js'

/** All arrays lie in shared memory. */
export interface ThreadData {
  readonly rows: StoredRows
  readonly recipe: Recipe
  /** Rooms for batches. */
  readonly rooms: readonly Named<Numbers>[]
  /** For each room, the number of threads that have not finished their share of its batch. */
  readonly unfinished: Int32Array
}

/** The share of a batch that one thread makes. */
export interface Share {
  /** Index of the room. */
  readonly room: number
  readonly rows: Uint32Array
  /** Place of the first of them in the batch. */
  readonly at: number
  readonly epoch: number
}

/** Null for a share that is finished; else the error that ended it. */
export type Finished = SentError | null
