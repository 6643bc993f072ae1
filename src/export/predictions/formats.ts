/** Formats of predictions, by their names on the command line. */
export const FORMATS = {
  csv: 'a header, then a line for each row',
  jsonl: 'a JSON object for each row',
  npy: 'one NumPy array with the numbers of one output',
  parquet: 'a Parquet file',
} as const

export type Format = keyof typeof FORMATS
