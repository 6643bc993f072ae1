/** Contact sheets: tiles with labels, masks and augmented pictures. */
import { expect, test } from 'vitest'
import { contactSheet } from '../../src/report/contact-sheet.js'

const grey = (value: number, side = 64) => ({
  ...{ height: side, width: side, channels: 1 },
  values: new Uint8Array(side * side).fill(value),
})

const sample = (label: string, value: number) => ({ label, pictures: [grey(value)], masks: [], augmented: [] })

const pixel = ({ data, width }: ReturnType<typeof contactSheet>, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
]

test('samples of one tile lie side by side, with room for a label', () => {
  const sheet = contactSheet([sample('cat', 10), sample('dog', 200)])
  expect([sheet.width, sheet.height]).toEqual([2 * 70 + 6, 64 + 12 + 12])
  expect(pixel(sheet, 20, 20)).toEqual([10, 10, 10])
  expect(pixel(sheet, 90, 20)).toEqual([200, 200, 200])
  // the letters
  expect(sheet.data.subarray(72 * sheet.width * 3, 82 * sheet.width * 3)).toContain(30)
})

test('masks have colours, and augmented pictures follow', () => {
  const mask = { ...grey(1), classes: 2 }
  const sheet = contactSheet([{ ...sample('', 10), masks: [mask], augmented: [grey(70), grey(80)] }])
  expect([20, 90, 160, 230].map((x) => pixel(sheet, x, 20)[0])).toEqual([10, 230, 70, 80])
})

test('small pictures are enlarged, large ones drawn smaller, opacity on white', () => {
  expect(contactSheet([{ ...sample('', 1), pictures: [grey(1, 8)] }]).width).toBe(64 + 12)
  expect(contactSheet([{ ...sample('', 1), pictures: [grey(1, 1000)] }]).width).toBe(125 + 12)
  const clear = { height: 1, width: 1, channels: 4, values: [0, 0, 0, 0] }
  expect(pixel(contactSheet([{ ...sample('', 1), pictures: [clear] }]), 10, 10)).toEqual([255, 255, 255])
})
