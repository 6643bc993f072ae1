/** The data of a spec: their form, and their tables. */
import type { DataForm } from '../base/form.js'
import type { Progress } from '../base/progress.js'
import type { DataSpec } from '../spec/spec.js'
import type { Pack } from './packs/pack-file.js'
import type { SavedPreparation } from './saved-preparation.js'
import type { SampleRows } from './series/sampling.js'
import type { Source } from './sources/source.js'
import type { RowSet, Table } from './table.js'
import type { TextInput } from './text/text-inputs.js'

export interface Data {
  readonly form: DataForm
  readonly train: Table
  readonly validation: Table
  readonly test: Table
}

/** The data of a spec. */
export interface LoadedData extends Data {
  readonly preparation: SavedPreparation
  /** The open file of the rows, if they lie in one. */
  readonly pack?: Pack
  /** A line that says where the rows were packed. */
  readonly packed?: string
}

/** Data whose form is known. */
export interface OpenData {
  /** The field of the spec before anything was decided. */
  readonly given: DataSpec
  /** The field of the spec, with everything that was decided about data of the user. */
  readonly data: DataSpec
  readonly form: DataForm
  /** The inputs that are made of texts. */
  readonly texts: readonly TextInput[]
  /** Lines that say what was decided. */
  readonly decided: readonly string[]
  /** Reads the data into memory, or packs them into a file. */
  load(progress?: Progress): Promise<LoadedData>
  /** Reads the rows as they are before any step. */
  raw(): Promise<RawData>
}

/** Rows before any step. */
export interface RawData {
  /** The columns that inputs are made of. */
  readonly inputs: readonly string[]
  /** The columns of the targets. */
  readonly targets: readonly string[]
  readonly parts: Readonly<Record<PartName, RawPart>>
  /** Number of rows that were left out, because a column has a gap in them. */
  readonly dropped: number
  /** The rows of the first training sample, from 0; null if each row is a sample. */
  readonly sample: SampleRows | null
  /** Forgets the rows. */
  close(): void
}

export interface RawPart {
  readonly source: Source
  readonly rows: RowSet
}

export const PARTS = ['train', 'validation', 'test'] as const

export type PartName = (typeof PARTS)[number]

/** Makes a value for each part. */
export const byPart = <Value>(make: (part: PartName) => Value): Record<PartName, Value> => ({
  train: make('train'),
  validation: make('validation'),
  test: make('test'),
})
