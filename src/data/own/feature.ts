/** A feature of a spec, with its column. */
import type { FeatureSpec } from '../../spec/features.js'

export type Feature = FeatureSpec & {
  readonly column: string
  /** Column that is made of the files that the column names; for pictures. */
  readonly made?: string
}

/** The column that the feature is made of. */
export const valuesColumn = ({ column, made }: Pick<Feature, 'column' | 'made'>): string => made ?? column
