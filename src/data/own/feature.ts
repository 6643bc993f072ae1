/** A feature of a spec, with its column. */
import type { FeatureSpec } from '../../spec/features.js'

export type Feature = FeatureSpec & { readonly column: string }
