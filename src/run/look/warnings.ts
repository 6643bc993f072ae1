/** Warns of what a careful person would stop at before training, each with a remedy. */
import { firstNames } from '../../base/first-names.js'
import { type OpenData, PARTS, type PartName } from '../../data/data.js'
import { quoted } from '../../data/own/problem.js'
import type { DataReport } from '../../export/data-report.js'
import type { ResolvedSpec } from '../../spec/spec.js'

export type Warning = DataReport['warnings'][number]
type Column = DataReport['columns'][number]

export interface Context {
  readonly spec: ResolvedSpec
  readonly open: OpenData
  /** Inputs that say the same as a target. */
  readonly copies: readonly { readonly column: string; readonly target: string }[]
}

type Looked = Omit<DataReport, 'warnings' | 'proposal'>

export function warningsOf(report: Looked, { copies, spec, open }: Context): Warning[] {
  const own = 'source' in open.data
  const inputs = report.columns.filter(({ use }) => use === 'input')
  return [
    ...copies.map(({ column, target }) => ({
      code: 'leak',
      message: `column ${quoted(column)} says the same as target ${quoted(target)}, so the model would only copy it; ${remedyFor(column, open)}`,
    })),
    ...(own ? [...inputs.flatMap((column) => columnWarnings(column, open)), ...gapWarnings(inputs, open)] : []),
    ...repeatWarnings(report, own, !inputs.some(({ kind }) => kind === 'array')),
    ...report.targets.flatMap((target) => classWarnings(target, report, spec)),
  ]
}

/** How to leave a column out. */
function remedyFor(column: string, { given }: OpenData): string {
  const isOpen = 'source' in given && given.features === undefined
  return isOpen ? `leave it out: "ignore": [${quoted(column)}]` : 'take it out of "features"'
}

/** Numbers further from the mean than this many deviations are outliers. */
const FAR = 10

function columnWarnings(column: Column, open: OpenData): Warning[] {
  const { name, type, gaps, distinct, all_different: isIdentifier } = column
  const at = `column ${quoted(name)}`
  const warnings: Warning[] = []
  if (distinct !== null && distinct <= 1 && gaps === 0) {
    const message = `${at} has the same value in every row, so it says nothing; ${remedyFor(name, open)}`
    warnings.push({ code: 'constant', message })
  }
  // each text may well be another one
  if (isIdentifier && type !== 'text') {
    const message = `${at} has another value in every row; if it names the rows, a model learns them by heart: ${remedyFor(name, open)}`
    warnings.push({ code: 'identifier', message })
  }
  return [...warnings, ...outlierWarnings(column)]
}

export function outlierWarnings({ name, numbers, kind }: Column): Warning[] {
  if (numbers === null || kind === 'array') return []
  const { least, mean, deviation, largest } = numbers
  const far = largest - mean > mean - least ? largest : least
  const distance = Math.abs(far - mean) / deviation
  if (!(distance > FAR)) return []
  const remedy =
    least >= 0
      ? `; if it is right, take the logarithm: ${quoted(name)}: { "type": "float", "steps": ["Log", "Normalization"] } in "features"`
      : ''
  const message = `column ${quoted(name)} reaches ${Number(far.toPrecision(4))}, ${Math.round(distance)} deviations from its mean ${Number(mean.toPrecision(4))}; look whether it is an error${remedy}`
  return [{ code: 'outlier', message }]
}

/** One warning for all columns whose gaps are treated alike. */
function gapWarnings(columns: readonly Column[], { data }: OpenData): Warning[] {
  const features = Object.values(('source' in data ? data.features : {}) as Record<string, Feature>)
  const fills = new Map(features.map(({ column, missing }) => [column, missing]))
  const groups = new Map<string, string[]>()
  for (const { name, gaps, rows, kind } of columns) {
    if (gaps === 0 || kind === 'array') continue
    const fill = fills.get(name)
    const words =
      fill === 'category' ? 'which are a category of their own' : `which are filled: "missing": ${JSON.stringify(fill)}`
    groups.set(words, [...(groups.get(words) ?? []), `${quoted(name)} (${gaps}, ${percent(gaps, rows)})`])
  }
  return [...groups].map(([words, names]) => ({ code: 'gaps', message: `gaps in ${someOf(names)}, ${words}` }))
}

interface Feature {
  readonly column?: string
  readonly missing?: unknown
}

/** Share of rows from which on repeated ones are worth a warning. */
const MANY = 0.05

/** `isTable`: the source can be queried. */
function repeatWarnings({ repeats, rows, targets }: Looked, own: boolean, isTable: boolean): Warning[] {
  if (!repeats || !rows) return []
  const { duplicates, contradictions, shared } = repeats
  const partsOf = (counts: Partial<Record<PartName, number>>, least: number) =>
    PARTS.flatMap((part) => {
      const count = counts[part] ?? 0
      return count > least * rows[part]
        ? [`${count} of ${rows[part]} ${part} rows (${percent(count, rows[part])})`]
        : []
    }).join(', ')
  const once = own && isTable ? ': "select": "SELECT DISTINCT * FROM source" in "data" takes each row once' : ''
  const overlap = partsOf({ validation: shared.train_validation, test: shared.train_test }, 0)
  const later = partsOf({ test: shared.validation_test }, 0)
  const repeated = partsOf(duplicates, MANY)
  // numbers may differ by noise
  const torn = targets.some(({ kind }) => kind === 'number') ? '' : partsOf(contradictions, MANY)
  const group = own ? ', and "split": { "group": COLUMN } keeps rows that belong together in one part' : ''
  return [
    ...(overlap === ''
      ? []
      : [
          {
            code: 'overlap',
            message: `the inputs of ${overlap} are also those of a training row; if they are the same cases, the scores are too good${once}${group}`,
          },
        ]),
    ...(overlap !== '' || later === ''
      ? []
      : [{ code: 'overlap', message: `the inputs of ${later} are also those of a validation row${once}` }]),
    ...(repeated === ''
      ? []
      : [
          {
            code: 'duplicates',
            message: `${repeated} equal an earlier row; if they are the same cases, they weigh more than others${once}`,
          },
        ]),
    ...(torn === ''
      ? []
      : [
          {
            code: 'contradictions',
            message: `${torn} have the inputs of another row but another target, so no model gets all of them right; look at the labels, or add columns that tell such rows apart`,
          },
        ]),
  ]
}

/** The most frequent class of the training rows has this many times the rows of the rarest one. */
const UNBALANCED = 10

function classWarnings(target: DataReport['targets'][number], { rows }: Looked, { fit }: ResolvedSpec): Warning[] {
  const { name, kind, classes } = target
  const warnings: Warning[] = []
  // classes of pixels and of sequences are counted by themselves, not in rows
  if (kind === 'mask' || kind === 'sequence') return warnings
  for (const part of PARTS) {
    const missing = classes.filter((one) => one[part] === 0)
    if (rows![part] === 0 || missing.length === 0) continue
    const named = someOf(missing.map((one) => quoted(one.name)))
    const message = `target ${quoted(name)}: no ${part} row of class ${named}, so the ${part} score says nothing about it; give such classes more rows, or split in another way`
    warnings.push({ code: 'class-missing', message })
  }
  const trained = classes.filter(({ train }) => train > 0)
  const most = trained.reduce((a, b) => (b.train > a.train ? b : a), trained[0]!)
  const fewest = trained.reduce((a, b) => (b.train < a.train ? b : a), trained[0]!)
  if (kind === 'class' && trained.length > 1 && most.train > UNBALANCED * fewest.train && fit.class_weight === null) {
    const message = `target ${quoted(name)}: class ${quoted(most.name)} has ${Math.round(most.train / fewest.train)} times the rows of class ${quoted(fewest.name)}, so a model may never answer with the rare one; "class_weight": "balanced" in "fit" gives all classes the same weight`
    warnings.push({ code: 'unbalanced', message })
  }
  return warnings
}

const MOST_NAMED = 8

const someOf = (names: readonly string[]): string => firstNames(names, MOST_NAMED)

/** `0.1 %`, `5 %` */
export const percent = (count: number, of: number): string => {
  const share = (100 * count) / of
  return `${share >= 9.95 ? Math.round(share) : Number(share.toPrecision(1))} %`
}
