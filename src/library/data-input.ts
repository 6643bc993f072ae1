/** Data that a program gives: rows in memory, or paths. */
import type { GivenRows } from '../data/tables/given-rows.js'

/** A source as in a spec: a path, several paths, or paths of arrays by name. Also the name of a set. */
export type Paths = string | readonly string[] | Readonly<Record<string, string>>

/** Rows as objects by the names of the columns, or a source. */
export type GivenData = GivenRows | Paths

export const isRows = (data: GivenData): data is GivenRows =>
  Array.isArray(data)
    ? data.length === 0 || typeof data[0] !== 'string'
    : typeof data === 'object' && (Symbol.iterator in data || Symbol.asyncIterator in data)

/** Paths as the command line has them. */
export function pathsOf(paths: Paths): readonly string[] {
  if (typeof paths === 'string') return [asFile(paths)]
  if (isList(paths)) return paths.map(asFile)
  return Object.entries(paths).map(([name, path]) => `${name}=${path}`)
}

const isList = (paths: Exclude<Paths, string>): paths is readonly string[] => Array.isArray(paths)

/** On the command line a dash is standard input. */
const asFile = (path: string): string => (path === '-' ? './-' : path)
