/** Packs of own data: rows that were read, split and prepared in an earlier run. */
import { rm } from 'node:fs/promises'
import { formatBytes } from '../../base/bytes.js'
import type { Json } from '../../base/json.js'
import type { Progress } from '../../base/progress.js'
import { type OwnDataSpec, ownData } from '../../spec/own-data.js'
import type { LoadedData, PartName } from '../data.js'
import { createPack, type Pack } from '../packs/pack-file.js'
import { addName, findPack, makeRoom, packPath } from '../packs/pack-folder.js'
import { readSeriesAt, type SeriesAt, writeSeries } from '../packs/series-file.js'
import { fieldsOf, type Learnt } from '../preparation.js'
import { textInputs } from '../text/text-inputs.js'
import type { Decisions } from './decide.js'
import { decidedLines } from './decided-lines.js'
import { dividedFeatures } from './feature.js'
import { type FoundSources, nameOf } from './found-source.js'
import { namedFiles } from './named-files.js'
import { listOf } from './open-source.js'
import { packKey } from './pack-key.js'
import { formOf, plansOf } from './plans.js'
import type { OpenOwn, OwnRequest } from './request.js'
import { type Sampled, sampleCounts, sampleFields, sampleTables, samplingOf } from './samples.js'
import {
  bytesOf,
  type Preparation,
  packedTables,
  packTables,
  type Sections,
  type Sources,
  type Tables,
} from './tables.js'

/** The description that a pack has of its rows. */
interface Described {
  /** The spec with everything that was decided. */
  readonly settled: OwnDataSpec
  readonly decisions: Decisions
  readonly learnt: Learnt
  /** Number of rows with gaps that were left out. */
  readonly dropped: number
  /** Lines about the files of the sources. */
  readonly notes: readonly string[]
  readonly sections: Sections
  /** The places of the series of each part in the file; null if each row is a sample. */
  readonly series: Readonly<Record<PartName, SeriesAt>> | null
}

export const filesIn = ({ main, validation, test }: FoundSources): readonly string[] =>
  [main, validation, test].flatMap((found) => (found ? listOf(found.files) : []))

export const keyOf = async (request: OwnRequest, found: FoundSources): Promise<string> =>
  packKey(request, filesIn(found), await namedFiles(request.data, found))

/** Data that lie in a pack, and what was decided about them. */
type Packed = Omit<OpenOwn, 'given' | 'raw'> & { readonly decisions: Decisions }

/** Opens data whose pack has this key, without reading a source. Returns undefined if there is none. */
export function openPacked(request: OwnRequest, found: FoundSources, key: string): Packed | undefined {
  const pack = findPack(key)
  return pack && packedData(request, pack, nameOf(found.main))
}

/** Opens the data of a pack. `file`: the name of their source. */
export function packedData({ data, seed }: Pick<OwnRequest, 'data' | 'seed'>, pack: Pack, file: string): Packed {
  const { settled, decisions, learnt, dropped, notes, sections, series } = pack.description as unknown as Described
  const preparation = { plans: plansOf(settled, decisions, seed), learnt, seed }
  const { train, validation, test } = sections
  const fields = fieldsOf(preparation.plans, train.columns, learnt)
  const main = { file, dropped }
  const sampled = series && { sampling: samplingOf(settled)!, series: readSeriesAt(pack, series) }
  const form = sampled
    ? formOf(main.file, sampleFields(sampled, fields), sampleCounts(sampled))
    : formOf(main.file, fields, { train: train.count, validation: validation.count, test: test.count })
  // the same paths, as they are written now
  const now = { ...settled, source: data.source, validation: data.validation, test: data.test, cache: data.cache }
  return {
    decisions,
    data: now,
    form,
    texts: textInputs(decisions.features, learnt),
    decided: [
      ...decidedLines({ data: now, ...decisions, form, main }),
      ...notes,
      `Its rows come from ${placeOf(pack)}.`,
    ],
    load: async () => {
      const tables = packedTables(preparation, pack, sections)
      const { facts } = dividedFeatures(decisions.features)
      const saved = { form, columns: train.columns, facts, learnt }
      return { form, preparation: saved, pack, ...(sampled ? sampleTables(sampled, tables) : tables) }
    },
  }
}

const placeOf = ({ path, bytes }: Pack): string => `the pack ${path} (${formatBytes(bytes)})`

export interface Packing extends Preparation {
  readonly request: OwnRequest
  readonly found: FoundSources
  readonly key: string
  readonly sources: Sources
  readonly sampled: Pick<Sampled, 'series'> | null
  readonly described: Omit<Described, 'learnt' | 'sections' | 'series'>
}

/** Writes a pack, and returns the tables of its rows. Throws a UserError if the disk is full or read-only. */
export async function pack(
  packing: Packing,
  progress: Progress,
): Promise<Tables & Required<Pick<LoadedData, 'pack' | 'packed'>>> {
  const { request, found, key, sources, sampled, described, learnt } = packing
  // as a spec with everything decided is read
  const own = await keyOf({ ...request, data: ownData.parse(described.settled) }, found)
  const bytes = bytesOf(packing, sources)
  await makeRoom(bytes)
  const draft = await createPack(packPath(own))
  try {
    const sections = await packTables(packing, sources, draft, progress)
    const series = sampled && (await writeSeries(sampled.series, draft, bytes))
    const made = await draft.finish({ ...described, learnt, sections, series } as unknown as Json)
    // a source that changed while it was read must not be taken for the one that it is now
    if ((await keyOf(request, found)) !== key) await rm(made.path, { force: true })
    else if (own !== key) await addName(key, own)
    return { ...packedTables(packing, made, sections), pack: made, packed: `Packed the rows into ${placeOf(made)}.` }
  } finally {
    await draft.discard()
  }
}
