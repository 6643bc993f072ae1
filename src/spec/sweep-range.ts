/** Ranges of numbers that a sweep draws. */

/** Ways of drawing a number between two others, which may be drawn too. */
const DRAWS = {
  uniform: 'a number, each equally likely',
  log: 'a number, each power of ten equally likely',
  int: 'a whole number, each equally likely',
  'int-log': 'a whole number, each power of ten equally likely',
} as const

export interface Range {
  readonly draw: keyof typeof DRAWS
  readonly least: number
  readonly most: number
}

const NUMBER = String.raw`[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?`

/** The form of a range: `log:1e-4..1e-2`. */
export const RANGE = new RegExp(`^(${Object.keys(DRAWS).join('|')}):(${NUMBER})\\.\\.(${NUMBER})$`)

/** True for a text that is meant as a range, not as one of several values. */
export const isRange = (text: string): boolean =>
  Object.keys(DRAWS).some((draw) => text.startsWith(`${draw}:`)) || /^[^,]*\d\.\.\d/.test(text)

/** The range that a text of this form stands for. */
export function rangeOf(text: string): Range {
  const [, draw, least, most] = RANGE.exec(text) ?? []
  if (draw === undefined) throw new Error(`internal: ${text} is no range`)
  return { draw: draw as Range['draw'], least: Number(least), most: Number(most) }
}

/** Says what is wrong with a range; undefined if nothing is, or if the text has not the form of one. */
export function rangeProblem(text: string): string | undefined {
  if (!RANGE.test(text)) return undefined
  const { draw, least, most } = rangeOf(text)
  if (!Number.isFinite(least) || !Number.isFinite(most)) return 'must be of numbers that 64 bits can hold'
  if (least >= most) return 'must begin with the smaller number'
  if (draw.endsWith('log') && least <= 0) return 'must be above 0, because powers of ten are'
  if (draw.startsWith('int') && !(Number.isSafeInteger(least) && Number.isSafeInteger(most)))
    return 'must be of whole numbers'
  return undefined
}
