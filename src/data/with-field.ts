/** Replaces a field of a table. */
import type { Field, Numbers } from '../base/field.js'
import { sizeOf } from '../base/shape.js'
import { batches, type TableBatch } from './batches.js'
import { memoryTable, roomFor, type Table } from './table.js'

/** Copies a table into memory and replaces one field, whose values `valuesOf` computes for a batch at a time. */
export async function withField(
  table: Table,
  name: string,
  field: Field,
  valuesOf: (batch: TableBatch) => Promise<Numbers>,
  batchSize: number,
): Promise<Table> {
  const fields = { ...table.fields, [name]: field }
  const columns = roomFor(fields, table.count)
  let row = 0
  for await (const batch of batches(table, { batchSize })) {
    const values = { ...batch.arrays, [name]: await valuesOf(batch) }
    for (const [key, { shape }] of Object.entries(fields)) columns[key]!.set(values[key]!, row * sizeOf(shape))
    row += batch.size
  }
  return memoryTable(fields, columns, table.count)
}
