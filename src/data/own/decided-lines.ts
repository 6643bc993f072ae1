/** Says in two lines what was decided about data of the user. */

import type { Named } from '../../base/field.js'
import { firstNames } from '../../base/first-names.js'
import type { DataForm } from '../../base/form.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { icuLines } from '../text/icu.js'
import type { Target } from './decide.js'
import type { Feature } from './feature.js'
import { quoted } from './problem.js'
import type { ReadSource } from './read.js'

export interface Decided {
  readonly data: OwnDataSpec
  readonly features: Named<Feature>
  readonly targets: Named<Target>
  readonly form: DataForm
  readonly main: Pick<ReadSource, 'file' | 'dropped'>
}

export const decidedLines = ({ data, features, targets, form, main }: Decided): string[] => [
  `${main.file}: ${rowsOf(form, data, main)}. Features: ${featuresOf(features)}.`,
  ...Object.entries(targets).map(([name, target]) => `Target ${quoted(name)}: ${targetOf(target)}.`),
  ...icuLines(features),
]

function rowsOf({ rows }: DataForm, data: OwnDataSpec, { dropped }: Decided['main']): string {
  const { split, validation, test, window, sequence } = data
  const { train, validation: validated, test: tested } = rows
  const parts = [
    `${counted(train)} ${sampleWord(data)} to train`,
    ...(validated > 0 ? [`${counted(validated)} to validate`] : []),
    ...(tested > 0 ? [`${counted(tested)} to test`] : []),
  ]
  const isSplit = (validated > 0 && validation === null) || (tested > 0 && typeof test === 'number')
  const each = window
    ? `, each of ${window.sequence_length} rows`
    : sequence
      ? `, each of ${sequence.maxlen} steps`
      : ''
  const how = isSplit || typeof split === 'object' ? `, ${wayOf(split)}` : ''
  const without = dropped > 0 ? `; ${counted(dropped)} rows with gaps are left out` : ''
  return `${parts.join(', ')}${each}${how}${without}`
}

/** The word for samples: rows, or what is made of them. */
export const sampleWord = ({ window, sequence }: Pick<OwnDataSpec, 'window' | 'sequence'>): string =>
  window ? 'windows' : sequence ? 'sequences' : 'rows'

function wayOf(split: OwnDataSpec['split']): string {
  if (split === 'shuffled') return 'drawn at random'
  if (split === 'last') return 'the last ones'
  const [way, column] = Object.entries(split)[0]!
  return `by ${way === 'by' ? 'the order of' : way === 'column' ? 'column' : `the ${way} of`} ${quoted(column!)}`
}

/** Features and classes that are named. */
const MOST_NAMED = 10

function featuresOf(features: Named<Feature>): string {
  const byType = new Map<string, string[]>()
  for (const [name, { type }] of Object.entries(features)) byType.set(type, [...(byType.get(type) ?? []), name])
  return [...byType].map(([type, names]) => `${listOf(names)} (${type})`).join('; ')
}

function targetOf({ type, columns, max_length, class_names: names = columns ?? [] }: Target): string {
  if (type === 'number') return 'number'
  if (type === 'image' && names.length === 0) return 'picture'
  if (type === 'class' && names.every((name, index) => name === String(index))) return `class 0 to ${names.length - 1}`
  if (type === 'sequence') {
    const classes = listOf(names.map((name, index) => `${index + 1} ${quoted(name)}`))
    return `sequences of up to ${max_length} of class ${classes}; 0 is the blank`
  }
  const numbered = listOf(names.map((name, index) => `${index} ${quoted(name)}`))
  if (type === 'image') return `for each pixel class ${numbered}`
  return type === 'class' ? `class ${numbered}` : `any of ${numbered}`
}

const listOf = (names: readonly string[]): string => firstNames(names, MOST_NAMED)

const counted = (count: number): string => count.toLocaleString('en')
