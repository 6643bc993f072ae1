/** Columns that a spec names beside those of its features. */
import type { Named } from '../../base/field.js'
import { type OwnDataSpec, SPLIT_WAYS, type TargetColumn } from '../../spec/own-data.js'

/** The targets of a spec by name. A target without a column has the one of its name. */
export const targetColumns = ({ target, targets }: Pick<OwnDataSpec, 'target' | 'targets'>): Named<TargetColumn> =>
  target
    ? { [target.column ?? 'target']: target }
    : Object.fromEntries(
        Object.entries(targets ?? {}).map(([name, one]) => [
          name,
          one.columns === undefined && one.masks === undefined ? { column: name, ...one } : one,
        ]),
      )

/** The columns of the source that a target names. */
export const columnsOf = ({ column, columns }: Pick<TargetColumn, 'column' | 'columns'>): readonly string[] =>
  columns ?? (column === undefined ? [] : [column])

/** The columns that a target is made of. */
export const valueColumnsOf = (target: TargetColumn & { readonly made?: string }): readonly string[] =>
  target.made === undefined ? columnsOf(target) : [target.made]

/** The column whose values split the rows; undefined if they are split in another way. */
export const splitColumn = ({ split }: Pick<OwnDataSpec, 'split'>): string | undefined =>
  typeof split === 'object' ? SPLIT_WAYS.map((way) => split[way]).find((column) => column !== undefined) : undefined

/** The columns that name and order the series of windows, or the sequences. */
export function seriesColumns({ window, sequence }: Pick<OwnDataSpec, 'window' | 'sequence'>): readonly string[] {
  const { group = null, order_by = null } = window ?? sequence ?? {}
  return [group, order_by].filter((column) => column !== null)
}

/** The columns of the targets, of the weights, of the split, and of series. */
export const columnsBeside = (data: OwnDataSpec): readonly string[] =>
  [
    ...Object.values(targetColumns(data)).flatMap(columnsOf),
    data.weight,
    splitColumn(data),
    ...seriesColumns(data),
  ].filter((column) => column !== null && column !== undefined)
