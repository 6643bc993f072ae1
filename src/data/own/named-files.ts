/** Files that columns of a source name: their paths, and a fingerprint that changes with the size or time of any of them. */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { Named } from '../../base/field.js'
import type { FeatureSpec } from '../../spec/features.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { limiter } from '../sources/ahead.js'
import { type FileColumn, placeOf } from '../sources/file-column.js'
import type { RawTable } from '../sources/raw-table.js'
import { targetColumns } from './columns.js'
import { type Target, writtenFeatures } from './decide.js'
import { fileColumns } from './file-columns.js'
import { type FoundSource, type FoundSources, openAt } from './found-source.js'
import { isPicture } from './picture-features.js'
import { isSound } from './sounds.js'

/** The fingerprint. Null if no column names files beside those that were found as rows. */
export async function namedFiles(data: OwnDataSpec, sources: FoundSources): Promise<string | null> {
  const hash = createHash('sha256')
  let isAny = false
  for await (const { column, texts } of namesIn(data, sources)) {
    isAny = true
    for (const fact of await factsOf(column, texts)) hash.update(fact)
  }
  return isAny ? hash.digest('hex') : null
}

/** The paths, without those that may not be read. */
export async function namedPaths(data: OwnDataSpec, sources: FoundSources): Promise<ReadonlySet<string>> {
  const paths = new Set<string>()
  for await (const { column, texts } of namesIn(data, sources)) {
    for (const text of texts) {
      const place = text === null ? undefined : placeOf(column, text)
      if (place && 'path' in place) paths.add(place.path)
    }
  }
  return paths
}

interface Names {
  readonly column: FileColumn
  /** The values of some rows. */
  readonly texts: readonly (string | null)[]
}

async function* namesIn(data: OwnDataSpec, { main, validation, test }: FoundSources): AsyncGenerator<Names> {
  if (!mayName(data)) return
  for (const found of [main, validation, test]) if (found !== null) yield* namesAt(found, data)
}

async function* namesAt(found: FoundSource, data: OwnDataSpec): AsyncGenerator<Names> {
  const table = await openAt(found, data)
  try {
    const columns = columnsFor(data, table)
    if (columns.length === 0) return
    const wanted = Object.fromEntries(columns.map(({ from }) => [from, 'text' as const]))
    for await (const rows of table.read(wanted).rows()) {
      for (const column of columns) yield { column, texts: rows.columns[column.from] as readonly (string | null)[] }
    }
  } finally {
    table.close()
  }
}

/** True if features or targets may be made of files. */
const mayName = (data: OwnDataSpec): boolean =>
  Object.values(targetColumns(data)).some(({ type }) => type === 'image') ||
  Object.values(Array.isArray(data.features) ? {} : ((data.features ?? {}) as Named<FeatureSpec>)).some(isOfFiles)

const isOfFiles = (feature: FeatureSpec): boolean => isPicture(feature) || isSound(feature)

/** The columns that name files. One that the table does not have is reported when the spec is decided. */
function columnsFor(data: OwnDataSpec, table: RawTable): FileColumn[] {
  const features = writtenFeatures(data, table) ?? {}
  const ofFiles = Object.entries(features).filter(([, one]) => isOfFiles(one))
  const hasPictures = ofFiles.some(([, one]) => isPicture(one))
  const targets = Object.entries(targetColumns(data)).flatMap(([name, one]): [string, Target][] => {
    const isWhole = hasPictures || (one.masks === undefined && one.image_size !== undefined)
    return one.type === 'image' && isWhole ? [[name, { ...one, type: 'image', pointer: '', made: name }]] : []
  })
  const decisions = { features: Object.fromEntries(ofFiles), targets: Object.fromEntries(targets) }
  return fileColumns(decisions, table).filter(({ from, isFound }) => !isFound && Object.hasOwn(table.columns, from))
}

/** Files whose facts are asked for at once. */
const AT_ONCE = 16

async function factsOf(column: FileColumn, texts: readonly (string | null)[]): Promise<string[]> {
  const limited = limiter(AT_ONCE)
  const factOf = async (text: string | null) => {
    const place = text === null ? undefined : placeOf(column, text)
    const about = place && 'path' in place ? await stat(place.path, { bigint: true }).catch(() => null) : null
    return `${text}:${about?.size}:${about?.mtimeNs};`
  }
  return Promise.all(texts.map((text) => limited(() => factOf(text))))
}
