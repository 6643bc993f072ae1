/** A table whose rows are augmented anew in each epoch. */
import { ARRAYS, type Field, type Named, type Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { type Column, isField, widthOf } from '../column.js'
import { ROW_NUMBER } from '../packs/file-table.js'
import { TRAINING } from '../preparation.js'
import { ONCE } from '../steps/binary-draws.js'
import { stepOf } from '../steps/registry.js'
import type { Step } from '../steps/step.js'
import { fromRow, roomFor, type Table } from '../table.js'
import { augmentedField, augmentedMask } from './picture-field.js'
import type { PictureRecipe, Recipe } from './recipe.js'
import { sampleMaker } from './sample.js'
import { withScratch } from './scratch.js'
import { type StoredRows, storedTable } from './stored-rows.js'

export interface AugmentedTable extends Table {
  /** The rows and the recipe are enough for another thread to make the same table. */
  readonly rows: StoredRows
  readonly recipe: Recipe
  /** Augments the picture of a row. `field` is that before the steps, `key` that of the result. */
  picture(key: string, row: number, epoch: number): { readonly field: Field; readonly values: Float32Array }
}

/** Values of pictures that are in the making at a time, unless one has more. */
const VALUES_AT_ONCE = 2 ** 22

export const isAugmented = (table: Table): table is AugmentedTable => 'recipe' in table

/**
 * In the epoch of values that are drawn once, or in none, rows are as those of validation: neither augmented nor mixed.
 */
export function augmentedTable(rows: StoredRows, recipe: Recipe): AugmentedTable {
  const stored = storedTable(rows)
  const makers = Object.entries(recipe.pictures).map(([key, one]) => {
    const samples = sampleMaker(stored, key, one, recipe.seed)
    const field = augmentedField(one.given, samples.layers)
    return { key, ...one, samples, field, after: afterSteps(field, one, recipe.seed) }
  })
  const fields: Record<string, Field> = {}
  for (const [name, field] of Object.entries(stored.fields)) {
    if (name === ROW_NUMBER) continue
    const owner = makers.find(({ key, masks }) => key === name || masks.includes(name))
    if (!owner) fields[name] = field
    else fields[name] = owner.key === name ? owner.after.field : augmentedMask(field, owner.samples.layers)
  }
  /** Fields that are not read into the batch itself. */
  const own = Object.fromEntries(
    Object.entries(stored.fields).filter(
      ([name, field]) => field !== fields[name] || makers.some(({ mixed }) => mixed.includes(name)),
    ),
  )
  const most = Math.max(1, Math.floor(VALUES_AT_ONCE / Math.max(...makers.map(({ field }) => sizeOf(field.shape)))))
  let room: Record<string, Numbers> = {}
  let capacity = 0

  function readStored(rows: Uint32Array, epoch: number | null, into: Named<Numbers>) {
    if (rows.length > capacity) {
      capacity = rows.length
      room = roomFor(own, capacity)
    }
    const values = { ...into, ...room }
    stored.read(rows, epoch, values)
    return values
  }

  /** Writes pictures, masks and mixed targets; returns the pictures, before their steps. */
  function made(
    { samples, field, masks, mixed }: (typeof makers)[number],
    values: Named<Numbers>,
    count: number,
    epoch: number | null,
    into: Named<Numbers>,
  ): Float32Array {
    const width = sizeOf(field.shape)
    const pictures = new Float32Array(count * width)
    for (let index = 0; index < count; index++) {
      withScratch(() => {
        const sample = samples.make(values, index, epoch === ONCE ? null : epoch)
        pictures.set(sample.picture.values, index * width)
        for (const [at, name] of masks.entries()) put(sample.masks[at]!.values, into[name], index)
        for (const [at, name] of mixed.entries()) put(sample.mixed[at]!, into[name], index)
      })
    }
    return pictures
  }

  return {
    rows,
    recipe,
    fields,
    count: stored.count,
    read(rows, epoch, into) {
      const wanted = makers.filter(({ key, masks, mixed }) =>
        [key, ...masks, ...mixed].some((name) => Object.hasOwn(into, name)),
      )
      if (wanted.length === 0) return stored.read(rows, epoch, into)
      for (let from = 0; from < rows.length; from += most) {
        const some = rows.subarray(from, from + most)
        const place = fromRow(into, fields, from)
        const values = readStored(some, epoch, place)
        for (const maker of wanted) {
          const pictures = made(maker, values, some.length, epoch, place)
          place[maker.key]?.set(maker.after.apply(pictures, values[ROW_NUMBER]!, epoch))
        }
      }
    },
    picture(key, row, epoch) {
      const maker = makers.find((one) => one.key === key)!
      const values = readStored(Uint32Array.of(row), epoch, {})
      return { field: maker.field, values: made(maker, values, 1, epoch, {}) }
    },
    ...(stored.prefetch && { prefetch: (runs) => stored.prefetch!(runs) }),
  }
}

function put(values: Float32Array, into: Numbers | undefined, index: number): void {
  into?.set(values, index * values.length)
}

interface AfterSteps {
  readonly field: Field
  apply(pictures: Float32Array, numbers: Numbers, epoch: number | null): Numbers
}

/** Applies the steps of a field to pictures, whose rows have these numbers. */
function afterSteps(pictured: Field, { steps: specs, learnt, chain }: PictureRecipe, seed: number): AfterSteps {
  const steps = specs.map((spec) => stepOf(spec, seed))
  const columns: Column[] = [pictured]
  for (const [index, step] of steps.entries()) columns.push(step.column(columns[index]!, learnt[index]!))
  const field = columns.at(-1)!
  if (!isField(field)) throw new Error('internal: the steps of pictures end in no field')
  const at = { source: TRAINING, chain }
  const drawing = steps.findIndex(({ anew }) => anew)
  const draw = drawing < 0 ? undefined : steps[drawing]!.anew!(columns[drawing] as Field, at)
  const widths = columns.map(widthOf)
  const width = sizeOf(field.shape)

  function applied(step: Step, index: number, values: Numbers, numbers: Numbers): Numbers {
    const given = columns[index]!
    const apply = (some: Numbers, row: number) => step.apply(some, given, learnt[index]!, { ...at, row }) as Numbers
    if (!step.drawsByRow) return apply(values, numbers[0]!)
    const [own, next] = [widths[index]!, widths[index + 1]!]
    const made = new ARRAYS[(columns[index + 1] as Field).dtype]((values.length / own) * next)
    for (let row = 0; row < values.length / own; row++) {
      made.set(apply(values.subarray(row * own, (row + 1) * own), numbers[row]!), row * next)
    }
    return made
  }

  return {
    field,
    apply(pictures, numbers, epoch) {
      const values = steps.reduce<Numbers>((some, step, index) => applied(step, index, some, numbers), pictures)
      if (!draw || epoch === null) return values
      const drawn = values.slice()
      for (let from = 0, row = 0; from < values.length; from += width, row++) {
        draw(values, from, width, { first: numbers[row]! * width, epoch }, drawn, from)
      }
      return drawn
    },
  }
}
