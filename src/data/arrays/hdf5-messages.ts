/** Questions to the thread that reads HDF5 files, and its answers. */
import type { Dataset } from 'h5wasm/node'
import type { Texts } from './element.js'

/** What a name in a file stands for. */
export interface Hdf5Entry {
  readonly path: string
  /** Absent if it is no dataset, or one that the library cannot read. */
  readonly dataset?: Pick<Dataset, 'metadata' | 'filters'>
  /** The other file that it leads to. */
  readonly otherFile?: string
}

/** Rows of a dataset. */
export interface Hdf5Slice {
  readonly dataset: string
  readonly from: number
  readonly count: number
  /** Shape of a row. */
  readonly rest: readonly number[]
  /** Size of all rows. */
  readonly bytes: number
  /** True if the rows are texts of any length. */
  readonly isText: boolean
}

/** What is asked of a file, which is opened for the first question. */
export type Question = { readonly list: true } | { readonly read: Hdf5Slice } | { readonly close: true }

export interface Asked {
  readonly id: number
  readonly file: string
  readonly question: Question
}

/** Absent in an answer: the library failed. */
export type Result = readonly Hdf5Entry[] | Uint8Array<ArrayBuffer> | Texts | null

export interface Answered {
  readonly id: number
  readonly result?: Result
}
