/** Checks the values of pictures whose range the format does not tell: arrays of the user. */
import { inputKey } from '../../base/form.js'
import type { Issue } from '../../base/issue.js'
import { shortest } from '../../base/shortest.js'
import { toPointer } from '../../spec/pointer.js'
import type { DataSpec } from '../../spec/spec.js'
import { fieldRange, part, type Table } from '../table.js'
import { isAugmented } from './augmented-table.js'
import { storedTable } from './stored-rows.js'
import type { Range } from './values.js'

/** Number of rows that are looked at. */
const ROWS = 100

/** Warns of layers whose `value_range` is far from the values of the pictures, which they would clip or hardly change. */
export function* warnOfRanges(data: DataSpec, train: Table): Iterable<Pick<Issue, 'code' | 'pointer' | 'message'>> {
  if (!('source' in data) || !isAugmented(train)) return
  const stored = storedTable(train.rows)
  const first = part(stored, 0, Math.min(ROWS, stored.count))
  for (const [name, feature] of Object.entries(data.features ?? {})) {
    if (feature.type !== 'array' || feature.augment.length === 0) continue
    const { least, largest } = fieldRange([first], inputKey(name))
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
