/** Features: how their columns are read, and what crosses of them are. */
import type { Named } from '../../base/field.js'
import { chainOf } from '../../spec/feature-chain.js'
import { type CrossSpec, type FeatureSpec, FIRST_VALUES, hasArrays } from '../../spec/features.js'
import type { Crossed } from '../preparation.js'
import type { ColumnType } from '../sources/raw-table.js'
import { hashedCrossing } from './hashed-crossing.js'
import { stepOf } from './registry.js'

/** Returns how the column of a feature is read. */
export const columnTypeOf = (feature: FeatureSpec): ColumnType | 'field' =>
  hasArrays(feature) ? 'field' : COLUMN_TYPES[FIRST_VALUES[feature.type]]

const COLUMN_TYPES = { numbers: 'number', integers: 'integer', text: 'text' } as const

/** A feature whose column is known. */
type ColumnFeature = FeatureSpec & { readonly column: string }

/** The part of a field that a cross stands for: the numbers of the categories of features, hashed together. */
export const crossOf = (cross: CrossSpec, features: Named<ColumnFeature>, seed: number): Crossed => ({
  chains: cross.feature_names.map((name) => {
    const feature = features[name]!
    return { column: feature.column, steps: chainOf(inNumbers(feature)).map((spec) => stepOf(spec, seed)) }
  }),
  crossing: hashedCrossing(cross),
})

/** The feature as the number of its category. */
const inNumbers = (feature: FeatureSpec): FeatureSpec =>
  'output_mode' in feature ? { ...feature, output_mode: 'int' } : feature
