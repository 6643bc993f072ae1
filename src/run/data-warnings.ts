/** Warnings about a spec that need its data to be read. */
import { warnOfRanges } from '../data/augment/check-range.js'
import { warnOfSplit } from '../data/check-split.js'
import type { LoadedData } from '../data/data.js'
import type { IssueDraft } from '../spec/document.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { learnsLabels } from './learner.js'
import { stagesOf } from './stages.js'

export const warningsOfData = (spec: ResolvedSpec, data: LoadedData): readonly IssueDraft[] => [
  ...(stagesOf(spec, data.form).some((stage) => learnsLabels(stage.spec)) ? warnOfSplit(spec.fit, data) : []),
  ...warnOfRanges(spec.data, data.train),
]
