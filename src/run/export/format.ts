/** The type of an export format: a function from a trained model to the bytes of a file, or of files in a folder. */
import type { Named } from '../../base/field.js'
import type { StoredModel } from '../open-model.js'

export interface ExportOptions {
  /** Puts the preparation of data into the model. Only formats that can hold it have this option. */
  readonly withPreparation: boolean
}

interface Common {
  /** Name of the file or folder in the folder of the run, if no other is given. */
  readonly name: string
  /** True if the format can hold the preparation of data. */
  readonly holdsPreparation?: true
  /** Notes for the user about the file: parts of the run that it lacks, or needs of a reader. Default: none. */
  notes?(trained: StoredModel): readonly string[]
}

/** `make` throws a UserError that lists what the format cannot say about the model. */
export type Format = Common &
  (
    | { readonly writes: 'file'; make(trained: StoredModel, options: ExportOptions): Promise<Uint8Array> }
    | {
        readonly writes: 'folder'
        /** Returns the files by their names in the folder. */
        make(trained: StoredModel, options: ExportOptions): Promise<Named<Uint8Array>>
      }
  )
