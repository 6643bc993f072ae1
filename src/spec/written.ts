/** Writes JSON with comments, as people write specs: a short object on a line. */

/** A line, or several, of an object or a list. */
export interface Entry {
  readonly text: string
  readonly comment?: string
}

export const field = (name: string, value: unknown, comment?: string): Entry => ({
  text: `${JSON.stringify(name)}: ${inline(value)}`,
  ...(comment !== undefined && { comment }),
})

export const object = (entries: readonly Entry[]): string => `{\n${lines(entries)}\n}`
export const list = (entries: readonly Entry[]): string => `[\n${lines(entries)}\n]`

const lines = (entries: readonly Entry[]): string =>
  entries
    .map(({ text, comment }, index) => {
      const comma = index < entries.length - 1 ? ',' : ''
      return `  ${text.replaceAll('\n', '\n  ')}${comma}${comment === undefined ? '' : ` // ${oneLine(comment)}`}`
    })
    .join('\n')

/** A line end would end the comment. */
export const oneLine = (comment: string): string => comment.replaceAll(/[\r\n\u2028\u2029]+/g, ' ')

/** JSON on one line, with a space after each colon and comma. */
export function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${inline(one)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}
