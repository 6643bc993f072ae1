/** Opens the rows of a table as inputs of a trained model. */
import { closedIfItFails, type RowTable } from '../sources/raw-table.js'
import type { DataWatch } from '../watch.js'
import type { FoundSource } from './found-source.js'
import { type NewRowsRequest, newRows, type OpenRows } from './new-rows.js'
import { hasSamplesOfRows, newSamples } from './new-samples.js'

/** The table is closed with the rows, or at once if they cannot be inputs of the model. */
export function openRows(
  table: RowTable,
  found: FoundSource,
  request: NewRowsRequest,
  watch: DataWatch,
): Promise<OpenRows> {
  return closedIfItFails(table, async () => {
    const rows = hasSamplesOfRows(request.data)
      ? await newSamples(table, found, request, watch)
      : newRows(table, request)
    return { ...rows, name: table.name, close: () => table.close() }
  })
}
