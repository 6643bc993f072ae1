/** Cells are read as they were written. */
import { expect, test } from 'vitest'
import { cellsOfLine, quotedCell } from '../../src/base/csv-cell.js'

test.each([[['epoch', 'val_loss']], [['epoch', 'a,b', 'say "c"', '"', '', 'last']], [['a,']]])('%j', (cells) => {
  expect(cellsOfLine(cells.map(quotedCell).join(','))).toEqual(cells)
})
