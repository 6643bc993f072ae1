/** Takes training pictures for a contact sheet, as they are and as they are augmented. */
import type { Field } from '../../base/field.js'
import { inputKey } from '../../base/form.js'
import { sizeOf } from '../../base/shape.js'
import { type AugmentedTable, isAugmented } from '../../data/augment/augmented-table.js'
import { type Column, isField, type Values } from '../../data/column.js'
import type { OpenData, RawData } from '../../data/data.js'
import { isPicture, madeNames } from '../../data/own/picture-features.js'
import type { SheetPicture, SheetSample } from '../../export/sheet-sample.js'
import type { FeatureSpec } from '../../spec/features.js'
import { countOf, rowsOf } from './look-at-rows.js'
import { shownRows, shownValue } from './samples.js'

const MOST_SAMPLES = 48
/** Fewer, if each is shown several times. */
const MOST_AUGMENTED = 10
/** Epochs whose augmentation is shown. */
const EPOCHS = [1, 2, 3, 4, 5]

/** Returns null if no input is a picture. */
export async function pictureSamples(open: OpenData, raw: RawData): Promise<readonly SheetSample[] | null> {
  const { train } = raw.parts
  const { columns } = train.source
  const column = raw.inputs.find((name) => isPictureColumn(columns[name]!))
  if (column === undefined || raw.sample !== null) return null
  const data = await open.load()
  const augmented = isAugmented(data.train) ? augmentation(data.train, keyOf(column, open)) : null
  const shown = shownRows(countOf(train), augmented ? MOST_AUGMENTED : MOST_SAMPLES)
  const names = [column, ...raw.targets]
  const samples: SheetSample[] = []
  let seen = 0
  for await (const { count, values } of rowsOf(train, names)) {
    for (const row of shown.filter((one) => one >= seen && one < seen + count)) {
      const at = row - seen
      const targets = raw.targets.map((name) => ({ column: columns[name]!, values: values[name]! }))
      const masks = targets.filter(({ column }) => isField(column) && column.shape.length >= 2)
      samples.push({
        label: targets
          .filter((one) => !masks.includes(one))
          .map(({ column, values }) => shownValue(values, column, at) ?? '')
          .join(' '),
        pictures: [pictureIn(values[column]!, columns[column] as Field, at)],
        masks: masks.map(({ column, values }) => pictureIn(values, column as Field, at)),
        augmented: augmented?.(row) ?? [],
      })
    }
    seen += count
  }
  return samples
}

const isPictureColumn = (column: Column): boolean =>
  isField(column) &&
  column.values !== 'class' &&
  (column.shape.length === 2 || (column.shape.length === 3 && [1, 3, 4].includes(column.shape[2]!)))

/** The key of the field that is made of a column. */
function keyOf(column: string, { data, form }: OpenData): string {
  const features = 'source' in data ? Object.entries(data.features as Readonly<Record<string, FeatureSpec>>) : []
  const [name] =
    features.find(([name, one]) => (isPicture(one) ? madeNames(name).includes(column) : one.column === column)) ?? []
  return inputKey(name ?? Object.keys(form.inputs)[0]!)
}

/** Values from 0 to 255; of class numbers, the numbers. */
function pictureIn(values: Values, { shape, divisor, values: kind, classes }: Field, row: number): SheetPicture {
  const width = sizeOf(shape)
  const [height, across, channels = 1] = shape as [number, number, number?]
  const scale = scaleOf(divisor, kind)
  const own = Array.from({ length: width }, (_, at) => (values[row * width + at] as number) * scale)
  return { height, width: across, channels, values: own, ...(kind === 'class' && { classes: classes! }) }
}

/** Bytes stay as they are; numbers from 0 to 1 become bytes. */
const scaleOf = (divisor: number, kind: Field['values']): number =>
  divisor === 1 && kind !== 'real' && kind !== 'class' ? 255 : 1

/** Returns a function that augments a training row in several epochs. */
function augmentation(table: AugmentedTable, key: string): ((row: number) => readonly SheetPicture[]) | null {
  const recipe = table.recipe.pictures[key]
  if (!recipe) return null
  const augmented = (row: number, epoch: number) => {
    const { field, values } = table.picture(key, row, epoch)
    // values after a divisor of 255 are from 0 to 1
    return pictureIn(values, { ...field, values: recipe.given.divisor === 1 ? field.values : 'grey' }, 0)
  }
  return (row) => EPOCHS.map((epoch) => augmented(row, epoch))
}
