/** Writes a proposed spec as text for people: short, with a comment wherever something was chosen. */
import { type Entry, field, inline, list, object } from '../../spec/written.js'
import type { Proposal, ProposedTarget } from './proposal.js'
import type { Survey, SurveyedColumn } from './survey.js'

export interface SpecText {
  readonly survey: Survey
  readonly proposal: Proposal
  /** Path of the source as the spec writes it; several files are a list. */
  readonly source: string | readonly string[]
}

/** A whole spec; without a target its field `data` alone. */
export function specText(given: SpecText): string {
  const { target } = given.proposal
  if (target === null) return `"data": ${object(dataEntries(given, null))}\n`
  const { units, batch, epochs, rate, share, patience } = sizesFor(target.column.rows)
  const unit = unitOf(target, given.survey)
  const { loss, why, metrics, ...output } = outputFor(target, unit)
  const hidden = { text: inline({ type: 'Dense', units, activation: 'relu' }) }
  const [, input] = soleArray(given) ?? []
  const layers = list([
    ...(input && input.shape.length > 1 ? [{ text: '"Flatten"' }] : []),
    hidden,
    hidden,
    {
      text: inline({ type: 'Dense', units: 'auto', ...output.fields }),
      ...(output.comment && { comment: output.comment }),
    },
  ])
  return `${object([
    field('seed', 42, 'the same seed gives the same run'),
    { text: `"data": ${object(dataEntries(given, unit))}` },
    { text: `"model": ${object([field('type', 'Sequential'), { text: `"layers": ${layers}` }])}` },
    field('optimizer', { type: 'Adam', learning_rate: rate }),
    field('loss', loss, why),
    field('metrics', metrics),
    field('fit', { batch_size: batch, epochs, validation_split: share }),
    field('early_stopping', { monitor: 'val_loss', patience, restore_best_weights: true }),
  ])}\n`
}

/** The only input, if it is an array. */
function soleArray({ survey: { columns }, proposal: { target, ignored } }: Pick<SpecText, 'survey' | 'proposal'>) {
  return Object.entries(columns).find(
    ([name, { kind }]) => kind === 'array' && name !== target?.name && !Object.hasOwn(ignored, name),
  )
}

/** The step that brings the numbers of an array to a scale at which networks learn well; null if they are. */
function scalingOf({ numbers, isBytes, shape }: SurveyedColumn): object | null {
  if (numbers === null || (numbers.least >= -1 && numbers.largest <= 1)) return null
  if (isBytes) return { type: 'Rescaling', scale: 1 / 255 }
  return shape.length > 1 ? { type: 'Normalization', axis: null } : { type: 'Normalization' }
}

/** Sizes that suit a number of rows. */
function sizesFor(rows: number) {
  if (rows < 1000) return { units: 32, batch: 16, epochs: 100, rate: 0.003, share: 0.2, patience: 20 }
  if (rows < 100_000) return { units: 64, batch: 32, epochs: 50, rate: 0.001, share: 0.2, patience: 5 }
  return { units: 128, batch: 512, epochs: 20, rate: 0.001, share: 0.1, patience: 3 }
}

/** Deviations of a target outside of these are learned slowly. */
const [LEAST_DEVIATION, MOST_DEVIATION] = [0.003, 300]

/** The power of ten in which a target is counted; null if it may stay as it is, and for arrays. */
function unitOf({ kind, column }: ProposedTarget, { isArrays }: Survey): number | null {
  const deviation = column.numbers?.deviation ?? 1
  if (kind !== 'number' || isArrays || (deviation >= LEAST_DEVIATION && deviation <= MOST_DEVIATION)) return null
  return Number(`1e${Math.floor(Math.log10(deviation))}`)
}

interface Output {
  readonly fields: object
  readonly comment?: string
  readonly loss: string
  /** Why this loss. */
  readonly why: string
  readonly metrics: readonly string[]
}

function outputFor({ kind, column, name }: ProposedTarget, unit: number | null): Output {
  const { distinct, numbers } = column
  const named = JSON.stringify(name)
  if (kind !== 'class') {
    const mean = Number(((numbers?.mean ?? 0) / (unit ?? 1)).toPrecision(3))
    const bias = kind === 'number' && mean !== 0 ? { bias_initializer: { type: 'constant', value: mean } } : {}
    return {
      fields: bias,
      ...(mean !== 0 && { comment: `starts at the mean of ${named}` }),
      loss: 'mse',
      why: `${named} is a number`,
      metrics: ['mae'],
    }
  }
  const why = `${named} has ${distinct ?? 'many'} classes`
  return distinct === 2
    ? { fields: { activation: 'sigmoid' }, loss: 'binary_crossentropy', why, metrics: ['accuracy', 'auc'] }
    : { fields: { activation: 'softmax' }, loss: 'sparse_categorical_crossentropy', why, metrics: ['accuracy'] }
}

/** More columns that are left out are not explained one by one. */
const MOST_EXPLAINED = 12

function dataEntries({ survey, proposal, source }: SpecText, unit: number | null): Entry[] {
  const { target, ignored, missing } = proposal
  const left = Object.entries(ignored)
  const isExplained = left.length <= MOST_EXPLAINED
  const ignore = isExplained
    ? { text: `"ignore": ${list(left.map(([name, why]) => ({ text: JSON.stringify(name), comment: why })))}` }
    : field('ignore', Object.keys(ignored))
  const input = soleArray({ survey, proposal })
  const scaled = input && scalingOf(input[1])
  return [
    field('source', source),
    ...(unit === null || target === null
      ? []
      : [
          field(
            'select',
            `SELECT * REPLACE (${sqlName(target.name)} / ${unit} AS ${sqlName(target.name)}) FROM source`,
            `numbers of about 1 are learned sooner, so ${JSON.stringify(target.name)} counts in units of ${unit}`,
          ),
        ]),
    ...(survey.gapTexts.length === 0
      ? []
      : [field('missing_values', survey.gapTexts, 'texts in columns of numbers that mean a gap')]),
    ...(scaled ? [field('features', { [input[0]]: { type: 'array', steps: [scaled] } })] : []),
    ...(proposal.text === null
      ? []
      : [field('features', { [proposal.text]: textFeature(survey.columns[proposal.text]!) }, 'its words')]),
    ...(left.length === 0 || scaled || proposal.text !== null ? [] : [ignore]),
    ...(Object.keys(missing).length === 0
      ? []
      : [
          field(
            'missing',
            missing,
            missing === 'median'
              ? 'what replaces a gap among numbers'
              : 'what replaces a gap; "drop" leaves the row out',
          ),
        ]),
    field('target', target?.name ?? null, target ? undefined : 'the column to predict'),
    ...(target ? [field('test', 0.2, 'share of the rows that is kept for the test')] : []),
  ]
}

/** A vector of the words, weighted by how rare they are. */
const textFeature = ({ gaps }: SurveyedColumn) => ({
  type: 'text',
  max_tokens: 10_000,
  output_mode: 'tf_idf',
  ...(gaps > 0 && { missing: { value: '' } }),
})

const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`
