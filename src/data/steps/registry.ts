/** The steps of the format by their types. */
import type { ChainStep } from '../../spec/steps.js'
import { melSpectrogram } from '../audio/mel-spectrogram.js'
import { stftSpectrogram } from '../audio/stft-spectrogram.js'
import { generatorStep } from '../augment/generator-step.js'
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
import { centerCrop, resizing } from './picture-size.js'
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
  CenterCrop: centerCrop,
  Resizing: resizing,
  Binarize: ({ method }, seed) => BINARIZE[method](seed),
  Flatten: () => flatten,
  STFTSpectrogram: stftSpectrogram,
  MelSpectrogram: melSpectrogram,
  ImageDataGenerator: generatorStep,
}

export const stepOf = (spec: ChainStep, seed: number): Step =>
  (STEPS[spec.type] as (spec: ChainStep, seed: number) => Step)(spec, seed)
