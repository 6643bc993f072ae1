/** Numbers as text. */

const NUMBER = /^\s*[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?\s*$/i

/** Reads a decimal number as DuckDB and Python do: spaces may stand around it, `1_000` is 1000. NaN for other text. */
export const numberIn = (text: string): number => (NUMBER.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN)
