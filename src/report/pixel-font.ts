/** A bitmap font: a letter is five columns of eight pixels, each a byte with its lowest bit on top. */
import { type Color, fill, type Image } from './image.js'

const GLYPHS: Readonly<Record<string, string>> = {
  '0': '3e5149453e',
  '1': '00427f4000',
  '2': '4261514946',
  '3': '2141454b31',
  '4': '1814127f10',
  '5': '2745454539',
  '6': '3c4a494930',
  '7': '0171090503',
  '8': '3649494936',
  '9': '064949291e',
  a: '2054545478',
  b: '7f48444438',
  c: '3844444420',
  d: '384444487f',
  e: '3854545418',
  f: '087e090102',
  g: '18a4a4a47c',
  h: '7f08040478',
  i: '00447d4000',
  j: '4080847d00',
  k: '7f10284400',
  l: '00417f4000',
  m: '7c04180478',
  n: '7c08040478',
  o: '3844444438',
  p: 'fc24242418',
  q: '18242424fc',
  r: '7c08040408',
  s: '4854545420',
  t: '043f444020',
  u: '3c4040207c',
  v: '1c2040201c',
  w: '3c4030403c',
  x: '4428102844',
  y: '1ca0a0a07c',
  z: '4464544c44',
  '.': '0060600000',
  ',': '0050300000',
  ':': '0036360000',
  '-': '0808080808',
  '+': '08083e0808',
  '%': '2313086462',
  ' ': '0000000000',
}
const COLUMNS = 5
const ROWS = 8

/** Width of a letter and the column of space after it. */
const ADVANCE = COLUMNS + 1
export const LINE = ROWS + 2

export const textWidth = (text: string): number => text.length * ADVANCE - 1

/** Draws text: small letters, digits and some signs. Any other character is left blank. */
export function write(image: Image, text: string, left: number, top: number, color: Color): void {
  for (const [index, letter] of [...text].entries()) {
    const columns = Buffer.from(GLYPHS[letter] ?? GLYPHS[' ']!, 'hex')
    for (const [column, bits] of columns.entries()) {
      for (let row = 0; row < ROWS; row++) {
        if ((bits >> row) & 1) fill(image, left + index * ADVANCE + column, top + row, 1, 1, color)
      }
    }
  }
}
