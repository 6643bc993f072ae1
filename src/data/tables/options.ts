/** How a table in a file is read, by the names of a spec. */
import type { OwnDataSpec } from '../../spec/own-data.js'

/** The fields `csv` of a spec, which are for CSV files alone, and those for any table. */
export type TableOptions = OwnDataSpec['csv'] & Pick<OwnDataSpec, 'missing_values' | 'select'>

export const TABLE_DEFAULTS: TableOptions = {
  delimiter: null,
  quote: '"',
  header: null,
  decimal: '.',
  thousands: null,
  encoding: 'utf-8',
  missing_values: [],
  select: null,
}
