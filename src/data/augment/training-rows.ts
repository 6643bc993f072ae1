/** Makes the table of training rows of plans that augment pictures. */
import type { Field, Named, Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { type Column, isField } from '../column.js'
import { ROW_NUMBER, withRowNumber } from '../packs/file-table.js'
import {
  type Chain,
  drawnAnew,
  fieldsOf,
  firstChains,
  type Learnt,
  type Plans,
  prepared,
  TRAINING,
  within,
} from '../preparation.js'
import type { Source } from '../sources/source.js'
import { countOf, type DrawAnew, memoryTable, type RowSet, roomFor, type Table } from '../table.js'
import { type AugmentedTable, augmentedTable } from './augmented-table.js'
import type { PictureRecipe, Recipe } from './recipe.js'
import { sharedRoom } from './stored-rows.js'

/** How training rows are stored, and how they are augmented when they are read. */
export interface TrainingPlans {
  /** Without the steps that come after augmentation. */
  readonly plans: Plans
  readonly learnt: Learnt
  readonly recipe: Recipe
}

/** Returns undefined if nothing is augmented. `seed` is that of the spec. */
export function trainingPlans(
  plans: Plans,
  columns: Named<Column>,
  learnt: Learnt,
  seed: number,
): TrainingPlans | undefined {
  const pictures: Record<string, PictureRecipe> = {}
  const ownPlans: Record<string, Plans[string]> = { ...plans }
  const ownLearnt: Record<string, Learnt[string]> = { ...learnt }
  const first = firstChains(plans)
  for (const [key, [part]] of Object.entries(plans)) {
    const { column, augmented } = part as Chain
    if (!augmented) continue
    const given = columns[column]!
    if (!isField(given)) throw new Error(`internal: column "${column}" has no pictures`)
    // the first step does what layers do at inference
    const [, ...after] = learnt[key]![0]!
    pictures[key] = { ...augmented, given, learnt: after, chain: first[key]! }
    ownPlans[key] = [{ column, steps: [] }]
    ownLearnt[key] = [[]]
    for (const name of augmented.masks) {
      // their last step does what layers do at inference
      const mask = plans[name]![0] as Chain
      ownPlans[name] = [{ ...mask, steps: mask.steps.slice(0, -1) }]
      ownLearnt[name] = [learnt[name]![0]!.slice(0, -1)]
    }
  }
  if (Object.keys(pictures).length === 0) return undefined
  return { plans: ownPlans, learnt: ownLearnt, recipe: { seed, pictures } }
}

/** The fields of training rows as they are stored, with the number of each row in its source. */
export const storedFieldsOf = ({ plans, learnt }: TrainingPlans, columns: Named<Column>): Named<Field> =>
  withRowNumber(fieldsOf(plans, columns, learnt))

/** Reads training rows into memory that threads share. */
export async function trainingRows(training: TrainingPlans, source: Source, rows: RowSet): Promise<AugmentedTable> {
  const fields = storedFieldsOf(training, source.columns)
  const count = countOf(rows)
  const columns = sharedRoom(fields, count)
  await fill([{ columns, rows }], fields, { ...training, source })
  return augmentedTable({ fields, columns, count }, training.recipe)
}

interface Filling {
  readonly plans: Plans
  readonly learnt: Learnt
  /** The source of the training rows. */
  readonly source: Source
}

/** Reads sets of rows, in one pass, prepared as rows of validation are. */
export async function otherRows({ plans, learnt, source }: Filling, sets: readonly RowSet[]): Promise<Table[]> {
  const fields = fieldsOf(plans, source.columns, learnt)
  const all = withRowNumber(fields)
  const parts = sets.map((rows) => ({ columns: roomFor(all, countOf(rows)), rows }))
  await fill(parts, all, { plans, learnt, source })
  const draws = Object.entries(drawnAnew(plans, source.columns, learnt, TRAINING))
  return parts.map(({ columns, rows }) => {
    const numbers = columns[ROW_NUMBER]!
    const anew = draws.map(([name, draw]) => {
      const width = sizeOf(fields[name]!.shape)
      const byNumber: DrawAnew = (stored, from, length, { first, epoch }, into, to) =>
        draw(stored, from, length, { first: numbers[first / width]! * width, epoch }, into, to)
      return [name, byNumber] as const
    })
    return memoryTable(fields, columns, countOf(rows), Object.fromEntries(anew))
  })
}

/** Arrays, and the rows that they are for. */
interface FilledPart {
  readonly columns: Named<Numbers>
  readonly rows: RowSet
}

async function fill(
  parts: readonly FilledPart[],
  fields: Named<Field>,
  { plans, learnt, source }: Filling,
): Promise<void> {
  const each = parts.filter(({ rows }) => countOf(rows) > 0).map((part) => ({ ...part, filled: 0 }))
  if (each.length === 0) return
  for await (const some of prepared(plans, source, TRAINING, learnt)) {
    for (const part of each) {
      const { columns, rows, filled } = part
      const seen = within(some, rows)
      for (const [name, values] of Object.entries(some.fields)) {
        const width = sizeOf(fields[name]!.shape)
        columns[name]!.set(seen.take(values, width) as Numbers, filled * width)
      }
      for (let index = 0; index < seen.count; index++) columns[ROW_NUMBER]![filled + index] = seen.rowOf(index)
      part.filled += seen.count
    }
  }
}
