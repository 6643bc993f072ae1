/** How a table in a file is read, with the names of a spec. */

export interface TableOptions {
  /** Text between columns; null for the one of `,`, `;`, tab and `|` that cuts the first rows best. CSV alone. */
  readonly delimiter: string | null
  /** Character around a value that contains delimiters, line ends or quotes, doubled within it. CSV alone. */
  readonly quote: string
  /** True if the first row has the names of columns; null: yes, unless all its values are numbers. CSV alone. */
  readonly header: boolean | null
  /** Character before the fraction of a number. CSV alone. */
  readonly decimal: '.' | ','
  /** Character between thousands; null for none. CSV alone. */
  readonly thousands: string | null
  /** CSV alone. */
  readonly encoding: (typeof ENCODINGS)[number]
  /** Texts that mean a gap, as well as an empty value. */
  readonly missing_values: readonly string[]
  /** A query in SQL, from a table `source`, whose result is the table; null for all rows and columns. */
  readonly select: string | null
}

export const ENCODINGS = ['utf-8', 'latin-1', 'utf-16'] as const

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
