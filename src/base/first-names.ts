/** Lists of names in sentences. */

/** Lists at most so many names, and counts the others: `a, b and 3 more`. */
export function firstNames(names: readonly string[], most: number): string {
  const rest = names.length - most
  return `${names.slice(0, most).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
