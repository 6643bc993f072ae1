/** Classes of targets: their names, and the rows that have them. */

import { byCodePoint } from '../../base/code-points.js'
import type { Named } from '../../base/field.js'
import { firstNames } from '../../base/first-names.js'
import { nearest } from '../../base/nearest.js'
import { noNames } from '../../base/no-names.js'
import type { IssueDraft } from '../../spec/document.js'
import { widthOf } from '../column.js'
import type { Rows } from '../sources/source.js'
import { flagOf, labelText, namesIn, sequenceIn } from '../steps/labels.js'
import { longSequences } from './class-sequences.js'
import type { Target } from './decide.js'
import { firstOf, isShown, MOST_FOUND, quoted, refuse } from './problem.js'
import { type ReadSource, rowIn } from './read.js'
import type { Parts } from './split-rows.js'

/** Limit on classes: each is an output of the model. */
const MOST_CLASSES = 10_000

/** True if the names of classes stand in the column of a target. */
export const hasLabels = ({ type, columns }: Pick<Target, 'type' | 'columns'>): boolean =>
  type === 'class' || type === 'sequence' || (type === 'multi_hot' && columns === undefined)

/** Adds the names of the classes to each target that leaves them open. */
export async function namedClasses(targets: Named<Target>, main: ReadSource): Promise<Record<string, Target>> {
  const problems: IssueDraft[] = []
  const named = noNames<Target>()
  for (const [name, target] of Object.entries(targets)) {
    const { column, class_names, type, pointer } = target
    if (!hasLabels(target) || class_names !== undefined) {
      named[name] = target
      continue
    }
    const found = await labelsOf(target, main)
    const at = `column ${quoted(column!)} of ${main.file}`
    const few = type === 'class' ? 2 : 1
    if (found.size > MOST_CLASSES) {
      const message = `${at} has more than ${MOST_CLASSES} different values, too many for classes; a loss such as "mse", or "type": "number", takes it as a number`
      problems.push({ code: 'classes', pointer, message })
    } else if (found.size < few) {
      const only = [...found].map(quoted).join('')
      const message = `${at} has ${only === '' ? 'no class' : `only the class ${only}`}, must have at least ${few}`
      problems.push({ code: 'classes', pointer, message })
    }
    named[name] = { ...target, class_names: [...found].toSorted(byValue(found)) }
  }
  refuse(problems)
  return named
}

/** The different names in the column of a target; of too many only the first. */
async function labelsOf(target: Target, { source }: ReadSource): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const width = widthOf(source.columns[target.column!]!)
  for await (const rows of source.rows([target.column!])) {
    for (const { label } of labelsIn(rows, target, width)) found.add(label)
    if (found.size > MOST_CLASSES) return found
  }
  return found
}

/** Whole numbers are sorted by value, other names by code point. */
function byValue(names: ReadonlySet<string>): (a: string, b: string) => number {
  if ([...names].every((name) => /^-?\d{1,15}$/.test(name))) return (a, b) => Number(a) - Number(b)
  return byCodePoint
}

interface Label {
  readonly label: string
  /** From 1. */
  readonly row: number
}

/** The names in the column of a target, which has `width` values in each row, row by row. */
function* labelsIn(
  { from, count, columns }: Rows,
  { column, type, separator }: Target,
  width: number,
): Iterable<Label> {
  const values = columns[column!]!
  for (let row = 0; row < count; row++) {
    const text = labelText(values[row]!)
    const labels =
      type === 'sequence'
        ? sequenceIn(values, row, width, separator)
        : type === 'class'
          ? [text]
          : namesIn(text, separator!)
    for (const label of labels) yield { label, row: from + row + 1 }
  }
}

/**
 * Reports values that are none of the given classes of a target, and values that say neither yes nor no where they must.
 */
export async function oddLabels(targets: Named<Target>, read: ReadSource): Promise<IssueDraft[]> {
  const all: IssueDraft[] = []
  for (const target of Object.values(targets)) {
    if (!hasLabels(target)) all.push(...(target.type === 'multi_hot' ? await oddFlags(target, read) : []))
    else if (target.class_names !== undefined) all.push(...(await oddNames(target, read)))
    if (target.type === 'sequence') all.push(...(await longSequences(target, read)))
  }
  return all
}

async function oddNames(target: Target, read: ReadSource): Promise<readonly IssueDraft[]> {
  const { source } = read
  const { class_names, column, pointer } = target
  const known = new Set(class_names)
  const problems: IssueDraft[] = []
  const width = widthOf(source.columns[column!]!)
  for await (const rows of source.rows([column!])) {
    for (const { label, row } of labelsIn(rows, target, width)) {
      if (known.has(label)) continue
      const message = `${rowIn(read, row)}, column ${quoted(column!)}: found ${quoted(label)}, which is not one of the ${known.size} classes`
      problems.push({ code: 'class', pointer, message, nearest: isShown(problems) ? nearest(label, known) : undefined })
      if (problems.length >= MOST_FOUND) return firstOf(problems)
    }
  }
  return firstOf(problems)
}

async function oddFlags({ columns, pointer }: Target, read: ReadSource): Promise<readonly IssueDraft[]> {
  const { source } = read
  const problems: IssueDraft[] = []
  for await (const rows of source.rows(columns)) {
    for (const column of columns!) {
      for (let row = 0; row < rows.count; row++) {
        const value = rows.columns[column]![row]!
        if (flagOf(value) !== undefined) continue
        const message = `${rowIn(read, rows.from + row + 1)}, column ${quoted(column)}: found ${quoted(String(value))}, must be 0, 1, true or false`
        problems.push({ code: 'class', pointer, message })
      }
    }
    if (problems.length >= MOST_FOUND) break
  }
  return firstOf(problems)
}

/** The class number of each row of a target. */
export async function classNumbersOf(target: Target, { source }: ReadSource): Promise<Int32Array> {
  const numbers = new Map(target.class_names!.map((name, index) => [name, index]))
  const found = new Int32Array(source.count)
  for await (const rows of source.rows([target.column!])) {
    for (const { label, row } of labelsIn(rows, target, 1)) found[row - 1] = numbers.get(label)!
  }
  return found
}

/** Reports parts without rows, and classes that are in one part and not in another. */
export function partProblems(
  parts: Parts,
  { file, pointer }: ReadSource,
  classes: Named<{ readonly target: Target; readonly numbers: Int32Array }>,
): IssueDraft[] {
  if (parts.train.length === 0) return [{ code: 'split', pointer, message: `${file} has no rows to train on` }]
  return Object.entries(classes).flatMap(([name, { target, numbers }]) => {
    const names = target.class_names!
    const seen = (rows: Uint32Array) => {
      const labels = new Set<number>()
      for (const row of rows) labels.add(numbers[row]!)
      return labels
    }
    const trained = seen(parts.train)
    const validated = seen(parts.validation)
    const missing = [...names.keys()].filter((label) => !trained.has(label) && numbers.includes(label))
    const unvalidated = parts.validation.length === 0 ? [] : [...trained].filter((label) => !validated.has(label))
    const problem = (labels: readonly number[], part: string): IssueDraft[] => {
      if (labels.length === 0) return []
      const sorted = labels.toSorted((a, b) => a - b).map((label) => quoted(names[label]!))
      const message = `target ${quoted(name)}: no row of class ${firstNames(sorted, MOST_NAMED)} is left ${part}; give such classes more rows, leave their rows out, or change "split" or "validation_split"`
      return [{ code: 'class-missing', pointer: target.pointer, message }]
    }
    return [...problem(missing, 'to train on'), ...problem(unvalidated, 'to validate on')]
  })
}

const MOST_NAMED = 8
