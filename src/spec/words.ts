/** Formats values, and lists of allowed names, for the messages of issues. */

const LONGEST_VALUE = 40
/** More names than these are listed below the message instead of in it. */
const MOST_NAMES = 8
const LINE = 100

/** A value as it is in the file, shortened: `"relu"`, `1.5`, `an object`. */
export function written(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array'
  if (typeof value === 'object' && value !== null)
    return Object.keys(value).length === 0 ? 'an empty object' : 'an object'
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number that is too large for 64 bits'
  return typeof value === 'string' ? JSON.stringify(shortened(value)) : String(value)
}

/** A value of the wrong type: `a string "12"`. */
export const writtenWithType = (value: unknown): string =>
  typeof value === 'string' ? `a string ${written(value)}` : written(value)

export const shortened = (text: string): string => cutTo(LONGEST_VALUE, text)

/** Cuts a text to so many characters, and not between the halves of one. */
export const cutTo = (most: number, text: string): string =>
  text.length > most ? `${text.slice(0, most - 3).replace(/[\uD800-\uDBFF]$/, '')}...` : text

export const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ')

/** `must be one of "a", "b"`. If there are many names, `listed` lists them. */
export function oneOf(names: readonly string[]): string {
  if (names.length === 1) return `must be ${quoted(names)}`
  return names.length > MOST_NAMES ? `must be one of ${names.length} names` : `must be one of ${quoted(names)}`
}

/** The lines below a message that list its names, if they are too many for the message. */
export const listed = (names: readonly string[]): string[] | undefined =>
  names.length > MOST_NAMES ? wrapped('allowed', names) : undefined

/** `allowed: a, b, c`, broken into lines. */
function wrapped(title: string, names: readonly string[]): string[] {
  const lines: string[] = []
  let line = `${title}:`
  for (const [index, name] of names.entries()) {
    const word = index < names.length - 1 ? `${name},` : name
    if (line.length + 1 + word.length > LINE) {
      lines.push(line)
      line = ' '.repeat(title.length + 1)
    }
    line += ` ${word}`
  }
  return [...lines, line]
}

export const either = (things: readonly string[]): string =>
  things.length < 2 ? things.join('') : `${things.slice(0, -1).join(', ')} or ${things.at(-1)}`
