/** Opens rows that a program gives, as the new rows of a trained model. */
import type { OwnDataSpec } from '../spec/own-data.js'
import { isField } from './column.js'
import { givenSamples } from './new-set-rows.js'
import type { NewDataRequest } from './open-new.js'
import { columnTypes, featuresOf, type OpenRows } from './own/new-rows.js'
import { openRows } from './own/open-rows.js'
import type { RowTable } from './sources/raw-table.js'
import { GIVEN, type GivenRows, openGiven } from './tables/given-rows.js'

export interface GivenDataRequest extends Omit<NewDataRequest, 'given' | 'stream' | 'cellByCell'> {
  readonly rows: GivenRows
}

/** Returns null if there are no rows. Throws a UserError if they cannot be inputs of the model. */
export async function openGivenRows(request: GivenDataRequest): Promise<OpenRows | null> {
  const { data, rows } = request
  if (!('source' in data)) return givenSamples(rows, { ...request, data })
  const table = await tableOf({ ...request, data })
  if (!table) return null
  const found = { source: GIVEN, pointer: '', files: [GIVEN] }
  return openRows(table, found, { ...request, data, cellByCell: true }, request.watch)
}

type OwnRequest = GivenDataRequest & { readonly data: OwnDataSpec }

function tableOf({ data, rows, preparation, keep }: OwnRequest): Promise<RowTable | null> {
  const types = Object.entries(columnTypes(featuresOf(data, preparation)))
  const arrays = types.flatMap(([name, type]) => {
    const trained = preparation.columns[name]
    return type === 'field' && trained && isField(trained) ? [[name, trained] as const] : []
  })
  const numbers = types.flatMap(([name, type]) => (type === 'number' && !keep.includes(name) ? [name] : []))
  const { missing_values } = data
  return openGiven(rows, { missing_values, arrays: Object.fromEntries(arrays), numbers: new Set(numbers) })
}
