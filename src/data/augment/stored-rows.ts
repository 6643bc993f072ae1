/** Training rows before augmentation, where several threads can read them: in shared memory, or in a file. */
import { ARRAYS, type Field, type Named, type Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { fileTable, type RowsInFile } from '../packs/file-table.js'
import { memoryTable, type Table } from '../table.js'

export type StoredRows =
  | { readonly fields: Named<Field>; readonly columns: Named<Numbers>; readonly count: number }
  | { readonly fields: Named<Field>; readonly file: RowsInFile }

export const storedTable = (rows: StoredRows): Table =>
  'file' in rows ? fileTable(rows.fields, rows.file) : memoryTable(rows.fields, rows.columns, rows.count)

/** Returns an array for each field, with room for this many rows, that threads share. */
export const sharedRoom = (fields: Named<Field>, rows: number): Record<string, Numbers> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { dtype, shape }]) => {
      const array = ARRAYS[dtype] as new (buffer: ArrayBufferLike) => Numbers
      return [name, new array(new SharedArrayBuffer(rows * sizeOf(shape) * ARRAYS[dtype].BYTES_PER_ELEMENT))]
    }),
  )
