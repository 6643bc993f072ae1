/** The column whose values split the rows. */
import { type OwnDataSpec, SPLIT_WAYS } from '../../spec/own-data.js'

/** Returns undefined if rows are split in another way. */
export const splitColumn = ({ split }: Pick<OwnDataSpec, 'split'>): string | undefined =>
  typeof split === 'object' ? SPLIT_WAYS.map((way) => split[way]).find((column) => column !== undefined) : undefined
