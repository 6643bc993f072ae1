/** Says what a model does with each column, and what was decided because the spec leaves it open. */
import type { Named } from '../../base/field.js'
import type { OpenData } from '../../data/data.js'
import type { DataReport } from '../../export/data-report.js'
import type { OwnDataSpec, TargetColumn } from '../../spec/own-data.js'
import type { ResolvedSpec } from '../../spec/spec.js'

type Use = Pick<DataReport['columns'][number], 'use' | 'type' | 'why'>

/** What the spec does with a column of the source. */
export function useOf(column: string, spec: ResolvedSpec, { given, data }: OpenData): Use {
  if (!('source' in data) || !('source' in given)) {
    return column === 'x' ? { use: 'input', type: 'array', why: null } : { use: 'target', type: 'class', why: null }
  }
  const target = targetsOf(data).find(([, one]) => columnsOf(one).includes(column))
  if (target) {
    const [name, { type }] = target
    const isGiven = targetsOf(given).some(([other, one]) => other === name && one.type !== undefined)
    return { use: 'target', type: type ?? null, why: isGiven ? null : lossWords(spec, type) }
  }
  const features = Object.values(data.features as Named<{ readonly type: string; readonly column?: string }>)
  const types = features.filter((feature) => feature.column === column).map(({ type }) => type)
  const isInferred = given.features === undefined || Array.isArray(given.features)
  return { use: 'input', type: types.join(', '), why: isInferred ? WHY[types[0]!]! : null }
}

/** Why a column without a type has this one. */
const WHY: Readonly<Record<string, string>> = {
  float_normalized: 'all values are numbers',
  string_categorical: 'text of few values',
  array: 'an array',
}

function targetsOf({ target, targets }: OwnDataSpec): (readonly [string, TargetColumn])[] {
  return targets
    ? Object.entries(targets).map(([name, one]) => [name, one.columns ? one : { column: name, ...one }] as const)
    : target
      ? [[target.column ?? 'target', target] as const]
      : []
}

const columnsOf = ({ column, columns }: TargetColumn): readonly string[] => columns ?? [column!]

function lossWords(spec: ResolvedSpec, type: TargetColumn['type']): string {
  const loss = 'loss' in spec ? spec.loss : undefined
  const named = loss === undefined ? 'the loss' : `loss ${loss.type}`
  if (loss === undefined && type === 'class') return 'no loss asks for numbers'
  return `${named} compares ${type === 'number' ? 'numbers' : 'classes'}`
}

/** How the rows are divided. */
export function splitWords(data: OpenData['data']): string {
  if (!('source' in data)) return 'validation: the last training samples; test: a set of its own'
  const { split, validation, test, target } = data
  const way =
    split === 'shuffled'
      ? `drawn from the seed${target?.type === 'class' ? ', in the proportions of the classes' : ''}`
      : split === 'last'
        ? 'the last rows'
        : `by column ${Object.entries(split).map(([key, column]) => `${JSON.stringify(column)} (${key})`)}`
  const own = [
    ...(validation === null ? [] : ['validation']),
    ...(test === null || typeof test === 'number' ? [] : ['test']),
  ]
  return own.length === 0 ? way : `${own.join(' and ')} from files of their own; else ${way}`
}
