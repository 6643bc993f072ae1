/** Checks the values of pictures whose range the format does not tell: arrays of the user. */
import { countUp } from '../../base/count-up.js'
import { inputKey } from '../../base/form.js'
import type { Issue } from '../../base/issue.js'
import { shortest } from '../../base/shortest.js'
import { toPointer } from '../../spec/pointer.js'
import type { DataSpec } from '../../spec/spec.js'
import { roomFor, type Table } from '../table.js'
import { isAugmented } from './augmented-table.js'
import { storedTable } from './stored-rows.js'
import type { Range } from './values.js'

/** Number of rows that are looked at. */
const ROWS = 100

/** Warns of layers whose `value_range` is far from the values of the pictures, which they would clip or hardly change. */
export function* warnOfRanges(data: DataSpec, train: Table): Iterable<Pick<Issue, 'code' | 'pointer' | 'message'>> {
  if (!('source' in data) || !isAugmented(train)) return
  for (const [name, feature] of Object.entries(data.features ?? {})) {
    if (feature.type !== 'array' || feature.augment.length === 0) continue
    const [least, largest] = rangeIn(storedTable(train.rows), inputKey(name))
    for (const [index, layer] of feature.augment.entries()) {
      if (!('value_range' in layer)) continue
      const [low, high] = layer.value_range as Range
      const width = high - low
      const isFar = least < low - width / 2 || largest > high + width / 2 || largest - least < width / 50
      if (!isFar) continue
      const message = `found [${low}, ${high}], but the first pictures have values from ${shortest(least)} to ${shortest(largest)}`
      yield { code: 'range', pointer: toPointer(['data', 'features', name, 'augment', index, 'value_range']), message }
    }
  }
}

/** The smallest and the largest value in the first rows. */
function rangeIn(table: Table, key: string): Range {
  const field = table.fields[key]!
  const count = Math.min(ROWS, table.count)
  const room = roomFor({ [key]: field }, count)
  table.read(countUp(0, count), null, room)
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of room[key]!) {
    least = Math.min(least, value)
    largest = Math.max(largest, value)
  }
  return [least / field.divisor, largest / field.divisor]
}
