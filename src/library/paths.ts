/** Paths that a program gives, as the command line has them. */

/** A path, several, or paths of arrays by name. */
export type Paths = string | readonly string[] | Readonly<Record<string, string>>

export function pathsOf(paths: Paths): readonly string[] {
  if (typeof paths === 'string') return [asFile(paths)]
  if (isList(paths)) return paths.map(asFile)
  return Object.entries(paths).map(([name, path]) => `${name}=${path}`)
}

const isList = (paths: Exclude<Paths, string>): paths is readonly string[] => Array.isArray(paths)

/** On the command line a dash is standard input. */
const asFile = (path: string): string => (path === '-' ? './-' : path)
