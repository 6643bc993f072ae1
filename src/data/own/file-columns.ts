/** The columns of a table that are made of files: pictures, masks, sounds. */
import type { FileColumn } from '../sources/file-column.js'
import type { RowTable } from '../sources/raw-table.js'
import type { Decisions } from './decide.js'
import { pictureColumns } from './pictures.js'
import { isSound, soundColumn } from './sounds.js'

export const fileColumns = (decisions: Decisions, table: RowTable): FileColumn[] => [
  ...pictureColumns(decisions, table),
  ...Object.values(decisions.features)
    .filter(isSound)
    .map((feature) => soundColumn(feature, table)),
]
