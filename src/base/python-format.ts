/** Formats numbers as Python does, and fills names that have placeholders: `{epoch:02d}-{val_loss:.2f}`. */

/** `repr` of a float: `0.25`, `1.0`, `1e-05`, `nan`. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  const exponent = value === 0 ? 0 : Number(value.toExponential().split('e')[1])
  if (exponent < -4 || exponent >= 16) return twoDigitExponent(value.toExponential())
  const text = Object.is(value, -0) ? '-0' : String(value)
  return text.includes('.') ? text : `${text}.0`
}

/** Like `toFixed`, but rounds a tie to the even digit, as C and Python do; `toFixed` rounds it away from zero. */
export function fixed(value: number, digits: number): string {
  // from here on, `toFixed` gives an exponent, and numbers have no fraction
  if (Math.abs(value) >= 1e21) return digits === 0 ? String(BigInt(value)) : `${BigInt(value)}.${'0'.repeat(digits)}`
  return toEven(value.toFixed(digits), value.toFixed(100).split('.')[1]!.slice(digits))
}

function exponential(value: number, digits: number): string {
  const [text, exponent] = value.toExponential(digits).split('e')
  const all = value.toExponential(100).split('e')[0]!.split('.')[1]!
  return twoDigitExponent(`${toEven(text!, all.slice(digits))}e${exponent}`)
}

/** Lowers the last digit by one if it is odd and exactly a half was rounded away. */
function toEven(text: string, rest: string): string {
  const last = Number(text.at(-1))
  return /^50*$/.test(rest) && last % 2 === 1 ? text.slice(0, -1) + (last - 1) : text
}

const twoDigitExponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2')

/** A placeholder, or the text between placeholders. */
export type Piece = string | Place

interface Place {
  /** The text in the braces. */
  readonly text: string
  readonly key: string
  /** A shorter number is padded on the left, with spaces or zeros. */
  readonly width: number
  readonly zeros: boolean
  readonly precision: number | undefined
  readonly form: 'd' | 'f' | 'e' | undefined
}

const PIECES = /\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]/g
const PLACE = /^([^:{}!.[\]]+)(?::(0?)(\d{0,3})(?:\.(\d{1,2}))?([dfe]?))?$/

/** Parses a name with placeholders of Python's `str.format`, which may have a width, a precision and one of d, f, e. */
export function parseTemplate(text: string): readonly Piece[] | { readonly problem: string } {
  const pieces: Piece[] = []
  for (const [piece, inside] of text.matchAll(PIECES)) {
    if (inside === undefined) {
      if (piece === '{' || piece === '}') return { problem: `has an unmatched brace: ${text}` }
      pieces.push(piece === '{{' ? '{' : piece === '}}' ? '}' : piece)
      continue
    }
    const [, key, zeros, width, precision, form] = PLACE.exec(inside) ?? []
    if (key === undefined) return { problem: `has {${inside}}, must be like {epoch:02d} or {val_loss:.2f}` }
    pieces.push({
      text: inside,
      key,
      width: Number(width ?? 0),
      zeros: zeros === '0',
      precision: precision === undefined ? undefined : Number(precision),
      form: form === '' ? undefined : (form as Place['form']),
    })
  }
  return pieces
}

export const placesOf = (pieces: readonly Piece[]): readonly Place[] =>
  pieces.filter((piece) => typeof piece !== 'string')

/** Returns what is wrong with a placeholder for a whole number, or for a number with a fraction. */
export function problemOfPlace({ text, form, precision }: Place, whole: boolean): string | undefined {
  if (precision !== undefined && (form === undefined || form === 'd')) {
    return `has {${text}}, must have f or e after its precision`
  }
  return form === 'd' && !whole ? `has {${text}}, must have f or e instead of d: it is not a whole number` : undefined
}

/** Returns the name with its numbers. Those whose key is in `whole` are whole numbers. */
export function fillTemplate(
  pieces: readonly Piece[],
  values: Readonly<Record<string, number>>,
  whole: readonly string[],
): string {
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece
      const { key, width, zeros, precision = 6, form } = piece
      const value = values[key]
      if (value === undefined) throw new Error(`internal: no value for {${key}}`)
      const text = numberText(value, form ?? (whole.includes(key) ? 'd' : undefined), precision)
      if (!zeros) return text.padStart(width)
      const sign = text.startsWith('-') ? '-' : ''
      return sign + text.slice(sign.length).padStart(width - sign.length, '0')
    })
    .join('')
}

function numberText(value: number, form: Place['form'], precision: number): string {
  if (form === undefined || !Number.isFinite(value)) return pythonFloat(value)
  if (form === 'd') return String(value)
  return form === 'f' ? fixed(value, precision) : exponential(value, precision)
}
