/** Reads masks: PNG pictures whose numbers, indices of a palette or greys, say the class of each pixel. */
import { pngNumbers } from '../png.js'
import type { Problem } from './file-pixels.js'
import { type Fitting, fitted } from './fit.js'

export interface Mask {
  /** Height and width of the file. */
  readonly size: readonly [height: number, width: number]
  /** The class of each pixel after the mask was resized: the nearest pixel's. */
  readonly classes: Float32Array | Uint16Array
}

export interface MaskClasses {
  readonly count: number
  /** The number in the file for each class; without it, the number of the class. */
  readonly values?: readonly number[] | undefined
}

/** Every number of the mask must be a class. */
export function readMask(
  bytes: Uint8Array,
  classes: MaskClasses,
  fitting: Omit<Fitting, 'interpolation'>,
): Mask | Problem {
  const picture = pngNumbers(bytes)
  if ('problem' in picture) return { problem: `cannot be read as a mask: ${picture.problem}` }
  const { width, height, channels, numbers, palette } = picture
  if (channels !== 1) {
    const kind = { 2: 'greys with opacity', 3: 'colours', 4: 'colours with opacity' }[channels]
    return { problem: `has ${kind}, but a mask must have a palette or greys whose numbers are classes` }
  }
  const classOf = tableOf(classes)
  const found = new Uint16Array(width * height)
  for (let at = 0; at < found.length; at++) {
    const number = numbers[at]!
    const one = number < classOf.length ? classOf[number]! : -1
    if (one < 0) return { problem: oddNumber(number, at, width, classes, palette !== undefined) }
    found[at] = one
  }
  const made = fitted(found, [height, width, 1], { ...fitting, interpolation: 'nearest' })
  return { size: [height, width], classes: made as Mask['classes'] }
}

/** The class of each number, or -1. */
function tableOf({ count, values }: MaskClasses): Int32Array {
  if (!values) return Int32Array.from({ length: count }, (_, one) => one)
  const table = new Int32Array(Math.max(...values) + 1).fill(-1)
  for (const [one, value] of values.entries()) table[value] = one
  return table
}

function oddNumber(
  number: number,
  at: number,
  width: number,
  { count, values }: MaskClasses,
  indexed: boolean,
): string {
  const place = `row ${Math.floor(at / width) + 1}, column ${(at % width) + 1}`
  const kind = indexed ? 'number in the palette' : 'grey'
  const allowed = values ? `one of ${values.join(', ')}` : `from 0 to ${count - 1}, the number of a class`
  const remedy = values ? '' : '; if files have other numbers for the classes, list them in "mask_values"'
  return `has the ${kind} ${number} in ${place} of its pixels, must be ${allowed}${remedy}`
}
