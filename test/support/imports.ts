/** Reads which files import which, types included, from the text of TypeScript files. */
import { posix } from 'node:path'

export interface Import {
  /** A path such as `base/shape.ts`, or the name of a package. */
  readonly to: string
  readonly isPackage: boolean
  /** Gone from compiled code. */
  readonly isType: boolean
}

export type Imports = ReadonlyMap<string, readonly Import[]>

/** Clauses of `import` and `export` as the formatter writes them: from the start of a line, in single quotes. */
const NAMES = String.raw`(?:[\w$]+,\s*)?(?:[\w$]+|\*(?: as [\w$]+)?|\{[^{}]*\})`
const STATEMENTS = new RegExp(
  String.raw`^(?:import|export)( type)? ${NAMES} from '([^']+)'|^import '([^']+)'|\bimport\(\s*'([^']+)'\s*\)`,
  'gm',
)

/** Imports of each file, by its path from the root of all paths. */
export const importsOf = (files: Readonly<Record<string, string>>): Imports =>
  new Map(
    Object.entries(files).map(([path, text]) => [
      path,
      Array.from(text.matchAll(STATEMENTS), ([, type, named, whole, called]) => {
        const name = (named ?? whole ?? called)!
        const isPackage = !name.startsWith('.')
        const to = isPackage ? name : posix.join(posix.dirname(path), name).replace(/\.js$/, '.ts')
        return { to, isPackage, isType: type !== undefined }
      }),
    ]),
  )

/** What a folder may import. What it may load it may also import types of. */
export interface Allowed {
  readonly loads?: readonly string[]
  readonly types?: readonly string[]
}

/** Imports that the table does not allow, and files that import one another, directly or over others. */
export function wrongImports(imports: Imports, allowed: Readonly<Record<string, Allowed>>): string[] {
  const wrong: string[] = []
  for (const [from, all] of imports) {
    const folder = folderOf(from)
    const { loads = [], types = [] } = allowed[folder] ?? {}
    for (const { to, isPackage, isType } of all) {
      if (isPackage && to.startsWith('node:')) continue
      const target = isPackage ? packageOf(to) : folderOf(to)
      if (target === folder || loads.includes(target) || (isType && types.includes(target))) continue
      wrong.push(`${from} imports ${isType ? 'types of ' : ''}${to}`)
    }
  }
  return [...wrong, ...circles(imports).map((files) => `a circle: ${files.join(', ')}`)]
}

/** `base` of `base/shape.ts`, `index.ts` of itself. */
const folderOf = (path: string): string => path.split('/')[0]!

const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')

/** Groups of files each of which reaches all others of its group (Tarjan, 1972). */
function circles(imports: Imports): string[][] {
  const found: string[][] = []
  const numbers = new Map<string, number>()
  const open: string[] = []
  const visit = (file: string): number => {
    const own = numbers.size
    numbers.set(file, own)
    open.push(file)
    let least = own
    for (const { to } of imports.get(file)!) {
      if (!imports.has(to)) continue
      if (!numbers.has(to)) least = Math.min(least, visit(to))
      else if (open.includes(to)) least = Math.min(least, numbers.get(to)!)
    }
    if (least === own) {
      const group = open.splice(open.indexOf(file))
      if (group.length > 1) found.push(group.toSorted())
    }
    return least
  }
  for (const file of imports.keys()) if (!numbers.has(file)) visit(file)
  return found
}
