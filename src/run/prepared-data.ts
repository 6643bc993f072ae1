/** The part of a spec's data that says how rows are prepared. What training has learned belongs to it alone. */
import type { DataSpec } from '../spec/spec.js'

/** Fields of data of the user; the others say which rows there are. */
const FIELDS = ['features', 'crosses', 'output_mode', 'target', 'targets', 'weight', 'window', 'sequence']

/** Returns the same text for the same preparation, in whatever order its fields stand. */
export function preparedData(data: DataSpec): string {
  const isPart = (name: string) => ('source' in data ? FIELDS.includes(name) : name !== 'dataset')
  return JSON.stringify(sorted(Object.fromEntries(Object.entries(data).filter(([name]) => isPart(name)))))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([name, one]) => [name, sorted(one)])
}
