/** JSON that keeps every number: NaN, infinite numbers and -0 too, which JSON alone loses. */

/** Stands for a number that JSON has no words for. */
interface Odd {
  readonly $number: string
}

const isOdd = (value: unknown): value is Odd =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, '$number')

/** Returns the text of a value. Typed arrays become lists. */
export const exactText = (value: unknown): string => JSON.stringify(value, (_, one) => encoded(one))

function encoded(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array)
  if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value
  return { $number: Object.is(value, -0) ? '-0' : String(value) } satisfies Odd
}

/** Returns the value of a text that `exactText` has made. */
export const exactValue = (text: string): unknown =>
  JSON.parse(text, (_, one) => (isOdd(one) ? Number(one.$number) : one))
