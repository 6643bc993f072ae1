/** Makes the table of training rows of plans that augment pictures. */
import type { Field, Named, Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { type Column, isField } from '../column.js'
import { ROW_NUMBER } from '../packs/file-table.js'
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
  const [ownPlans, ownLearnt] = [
    { ...plans } as Record<string, Plans[string]>,
    { ...learnt } as Record<string, Learnt[string]>,
  ]
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
export const storedFieldsOf = ({ plans, learnt }: TrainingPlans, columns: Named<Column>): Named<Field> => ({
  ...fieldsOf(plans, columns, learnt),
  [ROW_NUMBER]: ROW_FIELD,
})

const ROW_FIELD: Field = { shape: [], dtype: 'int32', divisor: 1, values: 'real' }

/** Reads training rows into memory that threads share. */
export async function trainingRows(training: TrainingPlans, source: Source, rows: RowSet): Promise<AugmentedTable> {
  const fields = storedFieldsOf(training, source.columns)
  const count = countOf(rows)
  const columns = sharedRoom(fields, count)
  await fill(columns, fields, { ...training, source, number: TRAINING, rows })
  return augmentedTable({ fields, columns, count }, training.recipe)
}

interface Filling {
  readonly plans: Plans
  readonly learnt: Learnt
  readonly source: Source
  /** Number of the source. */
  readonly number: number
  readonly rows: RowSet
}

/** Reads these rows alone, prepared as rows of validation are. */
export async function otherRows({ plans, learnt, source, number, rows }: Filling): Promise<Table> {
  const fields = fieldsOf(plans, source.columns, learnt)
  const count = countOf(rows)
  const all = { ...fields, [ROW_NUMBER]: ROW_FIELD }
  const { [ROW_NUMBER]: numbers, ...columns } = roomFor(all, count)
  await fill({ ...columns, [ROW_NUMBER]: numbers! }, all, { plans, learnt, source, number, rows })
  const anew = Object.entries(drawnAnew(plans, source.columns, learnt, number)).map(([name, draw]) => {
    const width = sizeOf(fields[name]!.shape)
    const byNumber: DrawAnew = (stored, from, length, { first, epoch }, into, to) =>
      draw(stored, from, length, { first: numbers![first / width]! * width, epoch }, into, to)
    return [name, byNumber] as const
  })
  return memoryTable(fields, columns, count, Object.fromEntries(anew))
}

async function fill(columns: Named<Numbers>, fields: Named<Field>, filling: Filling): Promise<void> {
  const { plans, learnt, source, number, rows } = filling
  let filled = 0
  for await (const some of prepared(plans, source, number, learnt)) {
    const seen = within({ ...some, columns: some.fields }, rows)
    let taken = 0
    for (const [name, values] of Object.entries(some.fields)) {
      const width = sizeOf(fields[name]!.shape)
      const own = seen.take(values, width) as Numbers
      columns[name]!.set(own, filled * width)
      taken = own.length / width
    }
    for (let index = 0; index < taken; index++) columns[ROW_NUMBER]![filled + index] = seen.rowOf(index)
    filled += taken
  }
}
