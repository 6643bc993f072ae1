/** JSON that Python reads as it was meant: `JSON.stringify` writes 1.0 as 1, which Python takes for an int. */

/** A float of Python. Keras refuses an int where it wants a float, such as `momentum` of SGD. */
export class Real {
  constructor(readonly value: number) {}
}

export type PythonValue =
  | null
  | boolean
  | number
  | string
  | Real
  | readonly PythonValue[]
  | { readonly [key: string]: PythonValue }

/** The JSON of a value, on one line. */
export function pythonJson(value: PythonValue): string {
  if (value instanceof Real) return realText(value.value)
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}: ${pythonJson(inner)}`)
    .join(', ')}}`
}

function realText(value: number): string {
  const text = JSON.stringify(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}
