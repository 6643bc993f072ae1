/** Says what a model does with each column, and what was decided because the spec leaves it open. */
import type { Named } from '../../base/field.js'
import type { OpenData } from '../../data/data.js'
import { columnsOf, targetColumns } from '../../data/own/columns.js'
import { isPicture, madeNames } from '../../data/own/picture-features.js'
import { isSound } from '../../data/own/sounds.js'
import type { DataReport } from '../../export/data-report.js'
import type { FeatureSpec } from '../../spec/features.js'
import type { TargetColumn } from '../../spec/own-data.js'
import type { ResolvedSpec } from '../../spec/spec.js'

type Use = Pick<DataReport['columns'][number], 'use' | 'type' | 'why'>

/** Returns a function that says what the spec does with a column of the source. */
export function usesOf(spec: ResolvedSpec, { given, data }: OpenData): (column: string) => Use {
  if (!('source' in data) || !('source' in given)) {
    const [input, target]: Use[] = [
      { use: 'input', type: 'array', why: null },
      { use: 'target', type: 'class', why: null },
    ]
    return (column) => (column === 'x' ? input! : target!)
  }
  const typed = new Set(
    Object.entries(targetColumns(given)).flatMap(([name, { type }]) => (type === undefined ? [] : [name])),
  )
  const isInferred = given.features === undefined || Array.isArray(given.features)
  const uses = new Map<string, Use>()
  const see = (column: string, type: string) => {
    const before = uses.get(column)
    if (before) uses.set(column, { ...before, type: `${before.type}, ${type}` })
    else uses.set(column, { use: 'input', type, why: isInferred ? WHY[type]! : null })
  }
  for (const [name, feature] of Object.entries(data.features as Named<FeatureSpec & { column: string }>)) {
    const made = isPicture(feature) ? madeNames(name) : isSound(feature) ? madeNames(name, 'sound') : [feature.column]
    for (const column of made) see(column, feature.type)
  }
  for (const [name, target] of Object.entries(targetColumns(data))) {
    const { type = null } = target
    const use: Use = { use: 'target', type, why: typed.has(name) ? null : lossWords(spec, type) }
    for (const column of type === 'image' ? madeNames(name) : columnsOf(target)) {
      const input = uses.get(column)
      const words = [use.why, input && `also an input, ${input.type}`].filter((one) => one != null)
      uses.set(column, { ...use, why: words.length > 0 ? words.join('; ') : null })
    }
  }
  return (column) => uses.get(column)!
}

/** Why a column without a type has this one. */
const WHY: Readonly<Record<string, string>> = {
  float_normalized: 'all values are numbers',
  string_categorical: 'text of few values',
  array: 'an array',
  image: 'files of pictures',
  audio: 'files of sounds',
}

function lossWords(spec: ResolvedSpec, type: TargetColumn['type'] | null): string {
  const kind = type === 'number' ? 'numbers' : type === 'sequence' ? 'sequences of classes' : 'classes'
  if ('loss' in spec && spec.loss) return `loss ${spec.loss.type} compares ${kind}`
  return 'outputs' in spec && spec.outputs ? `the loss of its output compares ${kind}` : 'labels are classes'
}

/** How the rows are divided. */
export function splitWords({ fit }: ResolvedSpec, data: OpenData['data']): string {
  const fold = fit.k_fold === null ? '' : `fold ${fit.fold ?? 1} of ${fit.k_fold}, `
  if (!('source' in data))
    return `validation: ${fold === '' ? 'the last' : `${fold}consecutive`} training samples; test: a set of its own`
  const { split, validation, test, target } = data
  const way =
    split === 'shuffled'
      ? `drawn from the seed${target?.type === 'class' ? ', in the proportions of the classes' : ''}`
      : split === 'last'
        ? `the last rows${data.window?.group ? ' of each series' : ''}`
        : `by column ${Object.entries(split).map(([key, column]) => `${JSON.stringify(column)} (${key})`)}`
  const own = [
    ...(validation === null ? [] : ['validation']),
    ...(test === null || typeof test === 'number' ? [] : ['test']),
  ]
  return own.length === 0 ? fold + way : `${own.join(' and ')} from files of their own; else ${way}`
}
