/** The steps of the format by their types. */
import type { Named } from '../../base/field.js'
import { chainOf } from '../../spec/feature-chain.js'
import { type CrossSpec, type FeatureSpec, FIRST_VALUES, hasArrays } from '../../spec/features.js'
import type { ChainStep } from '../../spec/steps.js'
import { generatorStep } from '../augment/generator-step.js'
import type { Crossed } from '../preparation.js'
import type { ColumnType } from '../sources/raw-table.js'
import { BINARIZE } from './binarize.js'
import { categoryEncoding } from './category-encoding.js'
import { discretization } from './discretization.js'
import { featurewiseCenter, featurewiseStd } from './feature-wise.js'
import { fillMissing } from './fill-missing.js'
import { flatten } from './flatten.js'
import { hashedCrossing } from './hashed-crossing.js'
import { hashing } from './hashing.js'
import { indexLookup } from './index-lookup.js'
import { log } from './log.js'
import { minMax } from './min-max.js'
import { normalization } from './normalization.js'
import { rescaling } from './rescaling.js'
import { samplewiseCenter, samplewiseStd } from './sample-wise.js'
import { standardize } from './standardize.js'
import type { Step } from './step.js'
import { textVectorization } from './text-vectorization.js'
import { zcaWhitening } from './zca-whitening.js'

/** `seed` is for steps that draw random numbers. */
const STEPS: {
  readonly [Type in ChainStep['type']]: (spec: Extract<ChainStep, { readonly type: Type }>, seed: number) => Step
} = {
  Normalization: normalization,
  Rescaling: rescaling,
  Discretization: discretization,
  StringLookup: indexLookup,
  IntegerLookup: indexLookup,
  TextVectorization: textVectorization,
  Hashing: hashing,
  CategoryEncoding: categoryEncoding,
  FillMissing: fillMissing,
  MinMax: ({ feature_range: [least, largest] }) => minMax([least!, largest!]),
  Log: ({ offset }) => log(offset),
  Standardize: () => standardize,
  FeaturewiseCenter: () => featurewiseCenter,
  FeaturewiseStd: () => featurewiseStd,
  SamplewiseCenter: () => samplewiseCenter,
  SamplewiseStd: () => samplewiseStd,
  ZCAWhitening: ({ epsilon }) => zcaWhitening(epsilon),
  Binarize: ({ method }, seed) => BINARIZE[method](seed),
  Flatten: () => flatten,
  ImageDataGenerator: generatorStep,
}

export const stepOf = (spec: ChainStep, seed: number): Step =>
  (STEPS[spec.type] as (spec: ChainStep, seed: number) => Step)(spec, seed)

/** How the column of a feature is read, and the steps that make a field of it. */
export interface FeatureSteps {
  readonly type: ColumnType | 'field'
  readonly steps: readonly Step[]
}

/** Returns how the column of a feature is read. */
export const columnTypeOf = (feature: FeatureSpec): FeatureSteps['type'] =>
  hasArrays(feature) ? 'field' : COLUMN_TYPES[FIRST_VALUES[feature.type]]

export const stepsOf = (feature: FeatureSpec, seed: number): FeatureSteps => ({
  type: columnTypeOf(feature),
  steps: chainOf(feature).map((spec) => stepOf(spec, seed)),
})

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
