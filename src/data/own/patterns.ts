/** Names of features that stand for several columns: `pixel_*`. */
import type { Named } from '../../base/field.js'
import type { FeatureSpec } from '../../spec/features.js'
import type { OwnDataSpec } from '../../spec/own-data.js'

/**
 * Replaces each feature whose name has a `*` by one for each column that the name fits: those that are no target, weight
 * or feature of their own, and not to be ignored. A column with the very name is meant alone. A name that fits no column
 * stays.
 */
export function withoutPatterns(
  data: OwnDataSpec,
  columns: readonly string[],
  taken: ReadonlySet<string>,
): OwnDataSpec {
  const { features } = data
  if (features === undefined) return data
  const isPattern = (name: string) => name.includes('*') && !columns.includes(name)
  if (Array.isArray(features)) {
    const names = features as readonly string[]
    const own = new Set([...taken, ...names])
    return {
      ...data,
      features: [...new Set(names.flatMap((name) => (isPattern(name) ? matching(name, columns, own) : [name])))],
    }
  }
  const given = Object.entries(features as Named<FeatureSpec>)
  const own = new Set([...taken, ...given.map(([name, { column }]) => column ?? name)])
  const all = given.flatMap(([name, feature]) =>
    isPattern(name) && feature.column === undefined
      ? matching(name, columns, own).map((column) => [column, feature] as const)
      : [[name, feature] as const],
  )
  return { ...data, features: Object.fromEntries(all) }
}

function matching(pattern: string, columns: readonly string[], own: ReadonlySet<string>): readonly string[] {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const fits = new RegExp(`^${parts.join('.*')}$`, 's')
  const found = columns.filter((column) => !own.has(column) && fits.test(column))
  return found.length > 0 ? found : [pattern]
}
