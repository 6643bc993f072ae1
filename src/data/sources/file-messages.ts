/** Messages between the thread that reads rows and those that decode their files. */
import type { Numbers } from '../../base/field.js'
import type { FileDecoder, FileFacts } from './file-decoders.js'

export interface FileThreadData {
  /** One for each column that is made of files. */
  readonly decoders: readonly FileDecoder[]
  /** Files that one thread decodes at once. */
  readonly atOnce: number
}

/** The files of some rows. */
export interface FilesAsked {
  readonly id: number
  /** Paths by column and row; null where there is no file. */
  readonly paths: readonly (readonly (string | null)[])[]
  /** The values of the rows by column, in shared memory. */
  readonly arrays: readonly Numbers[]
}

export interface FilesAnswered {
  readonly id: number
  readonly facts: FactsByColumn
}

/** Facts by column and row; null for a file that was not decoded, whatever the reason. */
export type FactsByColumn = readonly (readonly (FileFacts | null)[])[]

/** Ends a thread after what was asked before. */
export const CLOSE = 'close'
