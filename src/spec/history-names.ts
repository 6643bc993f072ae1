/** No two numbers of a run have one name: in its history, in its rows, for its gate. */
import type { RuleIssue } from './family.js'
import { toPointer } from './pointer.js'
import { written } from './words.js'

/** A history key, and where the spec makes it. */
export interface NamedKey {
  readonly key: string
  /** Null for what every history has. */
  readonly path: RuleIssue['path'] | null
}

/** What stands beside the numbers of an epoch: columns, and places in the name of a checkpoint. */
export const COLUMNS: readonly string[] = ['epoch', 'batch', 'learning_rate', 'seconds']

/** What is before the key of what is measured elsewhere than in training. */
const PASSES = [
  { before: 'val_', pass: ' in validation' },
  { before: 'test_', pass: ' in the test' },
] as const

/** Each key of training is, with a word before it, a key of validation and of the test; these meet no other key. */
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
        const message = `the history key ${written(key)} begins with ${written(like.before)}, as keys of what is measured${like.pass} do; the output needs another name`
        yield { code: 'duplicate-name', path, message }
      }
    }
    for (const { name, pass } of names) taken.set(name, { is, pass, path })
  }
}

/** What a name stands for. */
interface Meaning {
  readonly is: string
  readonly pass: string
  readonly path?: NamedKey['path']
}

const twice = (name: string, pass: string, other: Meaning): string =>
  `the history key ${written(name)}${pass === '' ? '' : `, of this${pass},`} is ${other.is}${other.pass} too`
