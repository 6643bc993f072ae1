/** Rules for history keys: no two numbers of a run may have the same name. */
import type { RuleIssue } from './family.js'
import { toPointer } from './pointer.js'
import { written } from './words.js'

/** A history key, and the place in the spec that it comes from. */
export interface NamedKey {
  readonly key: string
  /** Null for a key that every history has. */
  readonly path: RuleIssue['path'] | null
}

/** Columns of the history beside the measures. They are placeholders in the path of a checkpoint too. */
export const COLUMNS: readonly string[] = ['epoch', 'batch', 'learning_rate', 'seconds']

/** Prefixes of the keys of validation and of the test. */
const PASSES = [
  { before: 'val_', pass: ' in validation' },
  { before: 'test_', pass: ' in the test' },
] as const

/** Each key also exists with the prefixes of validation and of the test. None of all these may equal another. */
export function* historyNameRules(keys: readonly NamedKey[]): Iterable<RuleIssue> {
  const taken = new Map<string, Meaning>(COLUMNS.map((name) => [name, { is: 'a column of the history', pass: '' }]))
  const inOrder = [...keys.filter(({ path }) => path === null), ...keys.filter(({ path }) => path !== null)]
  for (const { key, path } of inOrder) {
    const is = `that of ${path === null ? written(key) : toPointer(path)}`
    const names = [{ name: key, pass: '' }, ...PASSES.map(({ before, pass }) => ({ name: before + key, pass }))]
    if (path !== null) {
      const met = names.find(({ name }) => taken.has(name))
      const like = PASSES.find(({ before }) => key.startsWith(before))
      if (met !== undefined) {
        const other = taken.get(met.name)!
        yield { code: 'duplicate-name', path, message: twice(met.name, met.pass, other) }
        if (other.path) {
          yield {
            code: 'duplicate-name',
            path: other.path,
            message: twice(met.name, other.pass, { is, pass: met.pass }),
          }
        }
      } else if (like !== undefined) {
        const message = `the history key ${written(key)} begins with ${written(like.before)}, which is the prefix of everything measured${like.pass}; the output needs another name`
        yield { code: 'duplicate-name', path, message }
      }
    }
    for (const { name, pass } of names) taken.set(name, { is, pass, path })
  }
}

/** The number that a name stands for. */
interface Meaning {
  readonly is: string
  readonly pass: string
  readonly path?: NamedKey['path']
}

const twice = (name: string, pass: string, other: Meaning): string =>
  `its history key${pass}, ${written(name)}, is also ${other.is}${other.pass}`
