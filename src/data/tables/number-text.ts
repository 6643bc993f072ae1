/** Numbers as text. */

const NUMBER = /^\s*[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?\s*$/i

/** Text for a number that is not finite, as DuckDB and Python read it. */
const NOT_FINITE = /^\s*[+-]?(?:nan|inf|infinity)\s*$/i

export const isNotFinite = (text: string): boolean => NOT_FINITE.test(text)

/**
 * Reads a decimal number as DuckDB and Python do: spaces may stand around it, `1_000` is 1000. NaN for other text, also
 * for `inf`.
 */
export const numberIn = (text: string): number => (NUMBER.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN)
