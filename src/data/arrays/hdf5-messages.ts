/** Questions to the thread that reads HDF5 files, and its answers. */
import type { Dataset } from 'h5wasm/node'
import type { Texts } from './element.js'

/** A name in a file: a dataset, a link to another file, or something else. */
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
  /** Shape of a row; null for a single value, which is no row. */
  readonly rest: readonly number[] | null
  /** Size of all rows. */
  readonly bytes: number
  /** True if the rows are texts of any length. */
  readonly isText: boolean
}

/** Attributes of a group that are text, or lists of text. */
export type Hdf5Attributes = Readonly<Record<string, string | readonly string[]>>

/** A question about a file, which is opened for the first one. */
export type Question =
  | { readonly list: true }
  | { readonly read: Hdf5Slice }
  /** The attributes of the group at this path; '/' is the file itself. */
  | { readonly attributesOf: string }
  | { readonly close: true }

export interface Asked {
  readonly id: number
  readonly file: string
  readonly question: Question
}

/** Absent in an answer: the library failed. */
export type Result = readonly Hdf5Entry[] | Hdf5Attributes | Uint8Array<ArrayBuffer> | Texts | null

export interface Answered {
  readonly id: number
  readonly result?: Result
}
