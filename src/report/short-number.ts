/** Formats numbers of any size in few characters. */

/** `0`, `5.843`, `-0.0012`, `123456`, `1.23e+9`: four digits, whole numbers of up to six as they are. */
export function short(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value)
  const size = Math.abs(value)
  if (size < 1e-4 || size >= 1e6) return value.toExponential(2)
  return String(Number(value.toPrecision(4)))
}
