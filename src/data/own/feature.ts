/** A feature of a spec, with its column. */
import type { Named } from '../../base/field.js'
import { noNames } from '../../base/no-names.js'
import type { FeatureSpec } from '../../spec/features.js'

export type Feature = FeatureSpec &
  FeatureFacts & {
    readonly column: string
  }

/** Properties of a feature that its files decide, and no spec says. */
export interface FeatureFacts {
  /** Column that is made of the files that the column names; for pictures and sounds. */
  readonly made?: string
  /** Number of channels that a sound has; null for their mean. */
  readonly channels?: number | null
  /** True if the files need not have one rate. */
  readonly resamples?: boolean
}

/** The column that the feature is made of. */
export const valuesColumn = ({ column, made }: Pick<Feature, 'column' | 'made'>): string => made ?? column

/** Divides features into those of a spec and their facts. */
export function dividedFeatures(features: Named<Feature>) {
  const [written, facts] = [noNames<Feature>(), noNames<FeatureFacts>()]
  for (const [name, feature] of Object.entries(features)) {
    const { made, channels, resamples, ...own } = feature
    written[name] = own as Feature
    facts[name] = {
      ...(made !== undefined && { made }),
      ...(channels !== undefined && { channels }),
      ...(resamples !== undefined && { resamples }),
    }
  }
  return { written, facts }
}
