/** The steps of the format in ONNX, by their types. */
import type { Json } from '../../../base/json.js'
import type { Column } from '../../../data/column.js'
import type { OnnxBuilder } from '../../../engine/compiled/onnx/builder.js'
import type { ChainStep } from '../../../spec/steps.js'
import { categoryEncoding, discretization, fillMissing, integerLookup, stringLookup } from './categories.js'
import {
  binarize,
  centerCrop,
  featurewise,
  flatten,
  generator,
  log,
  minMax,
  normalization,
  rescaling,
  samplewise,
  standardize,
  whitening,
} from './numbers.js'
import { type Given, NotInOnnx } from './value.js'

/** Writes a step and returns the name of the result, or why it cannot be written. */
type Writer<Spec extends ChainStep> = {
  // the column and what was learned are those that the step itself takes
  bivarianceHack(build: OnnxBuilder, spec: Spec, given: Given<never>, learnt: never): string | NotInOnnx
}['bivarianceHack']

const not = (why: string) => () => new NotInOnnx(why)

const STEPS: { readonly [Type in ChainStep['type']]: Writer<Extract<ChainStep, { readonly type: Type }>> } = {
  Normalization: normalization,
  Rescaling: rescaling,
  Discretization: discretization,
  StringLookup: stringLookup,
  IntegerLookup: integerLookup,
  TextVectorization: not('splits texts, which ONNX Runtime cannot'),
  Hashing: not('hashes, which ONNX Runtime cannot'),
  CategoryEncoding: categoryEncoding,
  FillMissing: fillMissing,
  MinMax: minMax,
  Log: log,
  Standardize: standardize,
  FeaturewiseCenter: featurewise({ center: true, scale: false }),
  FeaturewiseStd: featurewise({ center: false, scale: true }),
  SamplewiseCenter: samplewise({ center: true, scale: false }),
  SamplewiseStd: samplewise({ center: false, scale: true }),
  ZCAWhitening: whitening,
  CenterCrop: centerCrop,
  Resizing: not('resizes pictures otherwise than ONNX Runtime'),
  Binarize: binarize,
  Flatten: flatten,
  STFTSpectrogram: not('makes spectrograms, which are not written in ONNX'),
  MelSpectrogram: not('makes spectrograms, which are not written in ONNX'),
  ImageDataGenerator: generator,
}

export const writeStep = (
  build: OnnxBuilder,
  spec: ChainStep,
  given: Given<Column>,
  learnt: Json,
): string | NotInOnnx => STEPS[spec.type](build, spec as never, given as Given<never>, learnt as never)
