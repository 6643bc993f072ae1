/** Signs of a pattern in a path: `*`, `?` and `[`. DuckDB reads the same ones. */

/** Place of the first sign of a pattern; -1 in a plain path. */
export const patternAt = (path: string): number => path.search(/[*?[]/)

/** The pattern that matches this path alone. */
export const literal = (path: string): string => path.replace(/[*?[]/g, '[$&]')
