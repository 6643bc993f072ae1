/** Decides what the spec leaves open: the features with their types, and the kinds of targets. */
import type { Named } from '../../base/field.js'
import { firstNames } from '../../base/first-names.js'
import { nearest } from '../../base/nearest.js'
import type { IssueDraft } from '../../spec/document.js'
import { crossRules, type FeatureSpec, featureSchema, numberRules } from '../../spec/features.js'
import { ONCE } from '../../spec/once.js'
import { type OwnDataSpec, SPLIT_WAYS, type TARGET_TYPES, type TargetColumn } from '../../spec/own-data.js'
import { toPointer } from '../../spec/pointer.js'
import type { TargetKind } from '../../spec/target-kinds.js'
import { FILE } from '../folders/file-table.js'
import type { RawTable } from '../sources/raw-table.js'
import { labelText } from '../steps/labels.js'
import { textFileProblems } from '../text/files.js'
import { withIcu } from '../text/icu.js'
import { TEXT } from '../text/text-files.js'
import { augmentProblems } from './augment-problems.js'
import { columnsBeside, columnsOf, targetColumns } from './columns.js'
import type { Feature } from './feature.js'
import { inferred } from './infer.js'
import { withoutPatterns } from './patterns.js'
import { isPicture, madeColumn, withDtype } from './picture-features.js'
import { firstOf, quoted, refuse } from './problem.js'
import { isSound, rateProblems, withSoundForm } from './sounds.js'

/** A target and its columns. */
export interface Target extends TargetColumn {
  readonly type: keyof typeof TARGET_TYPES
  readonly pointer: string
  /** Column that is made of files, of type image. */
  readonly made?: string
  /** Steps of an output that the longest sequence needs, of type sequence. */
  readonly steps?: number
}

export interface Decisions {
  readonly features: Named<Feature>
  readonly targets: Named<Target>
}

/** Says what the loss that uses a target compares. */
export type TargetKindOf = (target: string) => TargetKind

/** Throws a DataError with all problems. */
export async function decide(given: OwnDataSpec, table: RawTable, kindOf: TargetKindOf): Promise<Decisions> {
  const targets = targetsOf(given, kindOf, table)
  const spec = withoutPatterns(given, Object.keys(table.columns), takenBy(given))
  refuse(missingColumns(spec, given, targets, table))
  const features = await featuresOf(spec, table)
  refuse(crossProblems(spec, features))
  refuse(encodingProblems(features, table))
  refuse(await textFileProblems(features))
  const settled = await withMade(withIcu(mapped(features, (feature) => filled(feature, spec))), table)
  refuse([...pictureProblems(settled, targets), ...augmentProblems(settled, targets), ...rateProblems(settled)])
  return { features: settled, targets }
}

/** Gives pictures and sounds the column that is made of them. */
async function withMade(features: Named<Feature>, table: RawTable): Promise<Record<string, Feature>> {
  const each = Object.entries(features).map(async ([name, one]): Promise<[string, Feature]> => {
    if (isPicture(one)) return [name, await withDtype({ ...one, made: madeColumn(name, table) }, table)]
    return [name, isSound(one) ? await withSoundForm(one, name, table) : one]
  })
  return Object.fromEntries(await Promise.all(each))
}

/** Targets that need a picture, in data that have none. */
function pictureProblems(features: Named<Feature>, targets: Named<Target>): readonly IssueDraft[] {
  if (Object.values(features).some(isPicture)) return []
  return Object.values(targets).flatMap(({ type, masks, image_size, pointer }) => {
    if (type !== 'image' || (masks === undefined && image_size !== undefined)) return []
    const needs = masks === undefined ? 'found no "image_size"' : 'found "masks"'
    return [{ code: 'order', pointer, message: `${needs}, but no feature has type "image"` }]
  })
}

/** Encodings of columns that are no files of text. */
const encodingProblems = (features: Named<Feature>, table: RawTable): readonly IssueDraft[] =>
  Object.entries(features).flatMap(([name, feature]) => {
    if (feature.type !== 'text' || feature.encoding === 'utf-8') return []
    if (table.holds === 'texts' && feature.column === TEXT) return []
    const message = `found "${feature.encoding}", but column ${quoted(feature.column)} of ${table.name} is no file of text; "csv": { "encoding": ... } in "data" is that of a CSV file`
    return [{ code: 'order', pointer: toPointer(['data', 'features', name, 'encoding']), message }]
  })

function crossProblems({ crosses, output_mode }: OwnDataSpec, features: Named<FeatureSpec>): readonly IssueDraft[] {
  const problems = [
    ...crossRules(crosses, features),
    ...(output_mode === 'concat' ? numberRules(features, crosses) : []),
  ]
  return firstOf(problems.map(({ path, ...problem }) => ({ ...problem, pointer: toPointer(['data', ...path]) })))
}

/** Each target by its name, with the type that it has or that the loss decides. */
function targetsOf(data: OwnDataSpec, kindOf: TargetKindOf, table: RawTable): Record<string, Target> {
  const each = Object.entries(targetColumns(data)).map(([name, one]): [string, Target] => {
    const byLoss = kindOf(name) === 'class' && one.columns !== undefined ? 'multi_hot' : kindOf(name)
    const names = one.class_names && { class_names: one.class_names.map(labelText) }
    const pointer = data.target ? '/data/target' : toPointer(['data', 'targets', name])
    const made = one.type === 'image' ? { made: madeColumn(name, table) } : {}
    return [name, { ...one, ...names, type: one.type ?? byLoss, pointer, ...made }]
  })
  return Object.fromEntries(each)
}

/** Columns that are no features unless the spec says so. */
const takenBy = (data: OwnDataSpec): ReadonlySet<string> => new Set([...columnsBeside(data), ...data.ignore])

/** Names of columns in the spec that the table does not have. */
function missingColumns(
  spec: OwnDataSpec,
  { features: written }: OwnDataSpec,
  targets: Named<Target>,
  table: RawTable,
): readonly IssueDraft[] {
  const { name: file, columns } = table
  const { features, ignore, weight, missing, split } = spec
  const listed = Array.isArray(features)
  const named = [
    ...(listed
      ? (features as readonly string[]).map((column) => ({
          column,
          pointer: `/data/features/${(written as readonly string[]).indexOf(column)}`,
        }))
      : Object.entries((features ?? {}) as Named<FeatureSpec>).map(([name, { column }]) => ({
          column: columnFor(name, features as Named<FeatureSpec>, table),
          pointer: toPointer(['data', 'features', name, ...(column === undefined ? [] : ['column'])]),
        }))),
    ...Object.values(targets).flatMap((target) =>
      columnsOf(target).map((column) => ({ column, pointer: target.pointer })),
    ),
    ...ignore.map((column, index) => ({ column, pointer: `/data/ignore/${index}` })),
    ...Object.keys(typeof missing === 'string' ? {} : missing).map((column) => ({
      column,
      pointer: toPointer(['data', 'missing', column]),
    })),
    ...SPLIT_WAYS.flatMap((way) => {
      const column = typeof split === 'string' ? undefined : split[way]
      return column === undefined ? [] : [{ column, pointer: `/data/split/${way}` }]
    }),
    ...(weight === null ? [] : [{ column: weight, pointer: '/data/weight' }]),
    ...(['window', 'sequence'] as const).flatMap((way) =>
      (['group', 'order_by'] as const).flatMap((key) => {
        const column = spec[way]?.[key] ?? null
        return column === null ? [] : [{ column, pointer: `/data/${way}/${key}` }]
      }),
    ),
  ]
  const missed = named.filter(({ column }) => !Object.hasOwn(columns, column))
  if (missed.length === 0) return []
  const names = Object.keys(columns)
  const all = firstNames(names.map(quoted), MOST_LISTED)
  return firstOf(
    missed.map(({ column, pointer }) => {
      const near = nearest(column, names)
      const known = near === undefined ? `; its columns are ${all}` : ''
      return {
        code: 'column',
        pointer,
        message: `found ${quoted(column)}, which is not a column of ${file}${known}`,
        nearest: near,
      }
    }),
  )
}

/** The features whose types the spec gives, or that files on the disk have; undefined for others. */
export function writtenFeatures({ features }: OwnDataSpec, table: RawTable): Record<string, Feature> | undefined {
  if (features === undefined && table.holds) {
    const { type, column } = FEATURE_OF[table.holds]
    return { [type]: { ...(featureSchema.parse({ type }, ONCE) as FeatureSpec), column } }
  }
  if (features === undefined || Array.isArray(features)) return undefined
  return Object.fromEntries(
    Object.entries(features as Named<FeatureSpec>).map(([name, one]) => [
      name,
      { ...one, column: columnFor(name, features as Named<FeatureSpec>, table) },
    ]),
  )
}

/** The feature that files on the disk are, and its column. */
const FEATURE_OF = {
  pictures: { type: 'image', column: FILE },
  sounds: { type: 'audio', column: FILE },
  texts: { type: 'text', column: TEXT },
} as const

/** A feature has the column of its name, unless it is of files that were found on the disk. */
function columnFor(name: string, features: Named<FeatureSpec>, { columns, holds }: RawTable): string {
  const { column, type } = features[name]!
  if (column !== undefined || !holds || Object.hasOwn(columns, name)) return column ?? name
  return type === 'text' && holds === 'texts' ? TEXT : FILE
}

/** Names that a message lists. */
const MOST_LISTED = 12

async function featuresOf(spec: OwnDataSpec, table: RawTable): Promise<Record<string, Feature>> {
  const written = writtenFeatures(spec, table)
  if (written) return written
  const { features } = spec
  const taken = takenBy(spec)
  const chosen =
    (features as readonly string[] | undefined) ?? Object.keys(table.columns).filter((name) => !taken.has(name))
  const pointer = features === undefined ? '/data' : '/data/features'
  if (chosen.length === 0) {
    refuse([{ code: 'column', pointer, message: `${table.name} has no column that could be a feature` }])
  }
  return inferred(chosen, table, pointer)
}

/** Returns the entry for a column in the field `missing` of the data: the way to fill its gaps. */
export function fillOf({ missing }: Pick<OwnDataSpec, 'missing'>, column: string): string | number {
  if (typeof missing === 'string') return missing
  return Object.hasOwn(missing, column) ? missing[column]! : 'error'
}

/** A feature that leaves open what replaces a gap gets it from the data, if it suits its values. */
function filled(feature: Feature, data: OwnDataSpec): Feature {
  const missing = fillOf(data, feature.column)
  // a category of its own is what a feature says of itself; a word about its column, or about every row, is stronger
  const isOpen =
    feature.missing === 'error' ||
    (feature.missing === 'category' && (missing === 'drop' || typeof data.missing === 'object'))
  if (!isOpen || missing === 'error') return feature
  const isSuitable = featureSchema.safeParse({ ...feature, missing }, ONCE).success
  return isSuitable ? ({ ...feature, missing } as Feature) : feature
}

const mapped = (features: Named<Feature>, change: (feature: Feature) => Feature): Record<string, Feature> =>
  Object.fromEntries(Object.entries(features).map(([name, feature]) => [name, change(feature)]))
