/** Finds the types of features to which the spec gives none. */
import { noNames } from '../../base/no-names.js'
import type { IssueDraft } from '../../spec/document.js'
import { type FeatureSpec, featureSchema } from '../../spec/features.js'
import { ONCE } from '../../spec/once.js'
import { isPictureName } from '../pictures/format.js'
import type { Cell, ColumnFacts, RawTable } from '../sources/raw-table.js'
import type { Feature } from './feature.js'
import { firstOf, quoted, refuse } from './problem.js'

/** Text of at most this many different values is a category. */
export const MOST_CATEGORIES = 100

/**
 * The type of each column follows from its values: numbers are normalized, text of few values is a category. Throws a
 * DataError for all other columns.
 */
export async function inferred(
  names: readonly string[],
  table: RawTable,
  pointer: string,
): Promise<Record<string, Feature>> {
  const plain = names.filter((name) => typeof table.columns[name] !== 'object' || table.columns[name] === null)
  const facts = await table.facts(plain)
  const features = noNames<Feature>()
  const problems: IssueDraft[] = []
  for (const name of names) {
    const column = table.columns[name]
    const make = (type: FeatureSpec['type']) => {
      features[name] = { ...(featureSchema.parse({ type }, ONCE) as FeatureSpec), column: name }
    }
    const refuseColumn = (file: string, why: string) =>
      problems.push({ code: 'column', pointer, message: `column ${quoted(name)} of ${file} ${why}` })
    if (typeof column === 'object' && column !== null) {
      make('array')
      continue
    }
    const fact = facts[name]!
    const odd = column === null ? oddAmongNumbers(fact) : null
    if (fact.gaps > 0 && fact.numbers + fact.notNumbers === 0) {
      refuseColumn(table.name, `has no values; leave it out: "ignore": [${quoted(name)}]`)
    } else if (column === 'number' || column === 'integer' || (column === null && fact.notNumbers === 0)) {
      make('float_normalized')
    } else if (odd !== null) refuseColumn(odd.file, wordsAboutOdd(name, odd, fact))
    else if (namesPictures(fact)) refuseColumn(table.name, wordsAboutPictures(name, fact))
    else if ((await table.distinct(name, MOST_CATEGORIES)) !== null) make('string_categorical')
    else refuseColumn(table.name, wordsAboutText(name, fact))
  }
  refuse(firstOf(problems))
  return features
}

/** The first value that is no number, if most of the others are numbers. As categories these would lose their order. */
export const oddAmongNumbers = ({ numbers, notNumbers, firstNotNumber }: ColumnFacts): Cell | null =>
  numbers > notNumbers ? firstNotNumber : null

function wordsAboutOdd(name: string, { value, row }: Cell, { numbers, notNumbers }: ColumnFacts): string {
  const others = notNumbers === 1 ? '1 other value' : `${notNumbers} other values, the first of which is`
  return `has ${numbers} numbers and ${others}${notNumbers === 1 ? ',' : ''} ${quoted(value)} in row ${row}; correct the file, or set "missing_values": [${quoted(value)}] if it means a gap, or write the type of the column: "features": { ${quoted(name)}: "string_categorical", ... }`
}

/** True if the first text is the name of a picture. */
const namesPictures = ({ firstNotNumber }: ColumnFacts): boolean =>
  firstNotNumber !== null && isPictureName(firstNotNumber.value)

const wordsAboutPictures = (name: string, { firstNotNumber }: ColumnFacts): string =>
  `names pictures, such as ${quoted(firstNotNumber!.value)} in row ${firstNotNumber!.row}; write its type: "features": { ${quoted(name)}: "image", ... }, or leave it out: "ignore": [${quoted(name)}]`

function wordsAboutText(name: string, { firstNotNumber }: ColumnFacts): string {
  const found = firstNotNumber === null ? '' : `, such as ${quoted(firstNotNumber.value)} in row ${firstNotNumber.row},`
  return `has text${found} of more than ${MOST_CATEGORIES} different values, for which no type is obvious; leave it out: "ignore": [${quoted(name)}], or write its type: "features": { ${quoted(name)}: "text", ... }`
}
