/** The steps of the format by their types. */
import { chainOf } from '../../spec/feature-chain.js'
import { type FeatureSpec, FIRST_VALUES } from '../../spec/features.js'
import type { StepSpec } from '../../spec/steps.js'
import type { ColumnType } from '../sources/raw-table.js'
import { BINARIZE } from './binarize.js'
import { categoryEncoding } from './category-encoding.js'
import { discretization } from './discretization.js'
import { featurewiseCenter, featurewiseStd } from './feature-wise.js'
import { fillMissing } from './fill-missing.js'
import { flatten } from './flatten.js'
import { hashing } from './hashing.js'
import { indexLookup } from './index-lookup.js'
import { log } from './log.js'
import { minMax } from './min-max.js'
import { normalization } from './normalization.js'
import { rescaling } from './rescaling.js'
import { samplewiseCenter, samplewiseStd } from './sample-wise.js'
import { standardize } from './standardize.js'
import type { Step } from './step.js'
import { zcaWhitening } from './zca-whitening.js'

type Of<Type extends StepSpec['type']> = Extract<StepSpec, { readonly type: Type }>

/** `seed` is for steps that draw random numbers. */
const STEPS: { readonly [Type in StepSpec['type']]: (spec: Of<Type>, seed: number) => Step } = {
  Normalization: normalization,
  Rescaling: rescaling,
  Discretization: discretization,
  StringLookup: indexLookup,
  IntegerLookup: indexLookup,
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
}

export const stepOf = (spec: StepSpec, seed: number): Step =>
  (STEPS[spec.type] as (spec: StepSpec, seed: number) => Step)(spec, seed)

/** How the column of a feature is read, and the steps that make a field of it. */
export interface FeatureSteps {
  readonly type: ColumnType | 'field'
  readonly steps: readonly Step[]
}

/** Returns how the column of a feature is read. */
export const columnTypeOf = ({ type }: FeatureSpec): FeatureSteps['type'] =>
  type === 'array' ? 'field' : COLUMN_TYPES[FIRST_VALUES[type]]

export const stepsOf = (feature: FeatureSpec, seed: number): FeatureSteps => ({
  type: columnTypeOf(feature),
  steps: chainOf(feature).map((spec) => stepOf(spec, seed)),
})

const COLUMN_TYPES = { numbers: 'number', integers: 'integer', text: 'text' } as const
