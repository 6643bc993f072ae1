/** Targets that are sequences of classes: how long they are, and how many steps of an output they need. */
import type { Named } from '../../base/field.js'
import type { IssueDraft } from '../../spec/document.js'
import { MOST_COLUMNS } from '../../spec/whole.js'
import { widthOf } from '../column.js'
import { sequenceIn } from '../steps/labels.js'
import type { Target } from './decide.js'
import { firstOf, MOST_FOUND, quoted, refuse } from './problem.js'
import { type ReadSource, rowIn } from './read.js'

interface SequenceAt {
  readonly names: readonly string[]
  /** From 1. */
  readonly row: number
}

async function* sequencesIn({ column, separator }: Target, { source }: ReadSource): AsyncGenerator<SequenceAt> {
  const width = widthOf(source.columns[column!]!)
  for await (const { from, count, columns } of source.rows([column!])) {
    for (let row = 0; row < count; row++) {
      yield { names: sequenceIn(columns[column!]!, row, width, separator), row: from + row + 1 }
    }
  }
}

/** The steps of an output that a sequence needs: one for each class, and one between two equal ones. */
const stepsFor = (names: readonly string[]): number =>
  names.length + names.filter((name, at) => name === names[at - 1]).length

/**
 * Adds to each target of sequences the length of the longest one, unless it has one, and the steps that they need. Throws
 * a DataError for sequences that are too long to be stored.
 */
export async function measuredSequences(
  targets: Named<Target>,
  sources: readonly ReadSource[],
): Promise<Record<string, Target>> {
  const each = Object.entries(targets).map(async ([name, target]): Promise<[string, Target]> => {
    if (target.type !== 'sequence') return [name, target]
    let [longest, steps] = [1, 1]
    for (const source of sources) {
      for await (const { names } of sequencesIn(target, source)) {
        longest = Math.max(longest, names.length)
        steps = Math.max(steps, stepsFor(names))
      }
    }
    if (longest > MOST_COLUMNS) {
      const message = `the longest sequence of column ${quoted(target.column!)} has ${longest} classes, must have at most ${MOST_COLUMNS}; "separator" says what is between two of them`
      refuse([{ code: 'sequence', pointer: target.pointer, message }])
    }
    return [name, { ...target, max_length: target.max_length ?? longest, steps }]
  })
  return Object.fromEntries(await Promise.all(each))
}

/** Reports sequences of more classes than the target has room for. */
export async function longSequences(target: Target, read: ReadSource): Promise<readonly IssueDraft[]> {
  const { column, pointer, max_length: most } = target
  if (most === undefined) return []
  const problems: IssueDraft[] = []
  for await (const { names, row } of sequencesIn(target, read)) {
    if (names.length <= most) continue
    const message = `${rowIn(read, row)}, column ${quoted(column!)}: found ${names.length} classes, must be at most ${most}, the "max_length" of the target`
    problems.push({ code: 'sequence', pointer, message })
    if (problems.length >= MOST_FOUND) break
  }
  return firstOf(problems)
}
