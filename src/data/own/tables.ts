/** Makes the tables of own data for training, validation and the test: in memory, or in a pack. */
import { countUp } from '../../base/count-up.js'
import type { Named, Numbers } from '../../base/field.js'
import type { Column } from '../column.js'
import { type Data, PARTS, type PartName } from '../data.js'
import { fileTable, ROW_NUMBER, storedFields } from '../packs/file-table.js'
import type { Pack, PackDraft } from '../packs/pack-file.js'
import { layoutOf } from '../packs/row-layout.js'
import { RowWriter } from '../packs/row-writer.js'
import {
  drawnAnew,
  fieldsOf,
  type Learnt,
  type Plans,
  prepared,
  rowsIn,
  TEST,
  TRAINING,
  tableOf,
  VALIDATION,
} from '../preparation.js'
import type { Source } from '../sources/source.js'
import { chosen } from '../table.js'
import type { Parts } from './split-rows.js'

export type Tables = Pick<Data, PartName>

/** How columns become fields. */
export interface Preparation {
  readonly plans: Plans
  readonly learnt: Learnt
}

/** The sources of rows; null if the rows of a part are among those of the main source. */
export interface Sources {
  readonly main: Source
  readonly validation: Source | null
  readonly test: Source | null
  /** How the rows of the main source are divided. */
  readonly parts: Parts
}

/** Returns tables in memory. */
export async function memoryTables({ plans, learnt }: Preparation, sources: Sources): Promise<Tables> {
  const { main, parts } = sources
  const whole = await tableOf(plans, main, TRAINING, learnt)
  const tableFrom = async (name: 'validation' | 'test') => {
    const other = sources[name]
    return other ? tableOf(plans, other, NUMBERS[name], learnt) : chosen(whole, parts[name])
  }
  return { train: chosen(whole, parts.train), validation: await tableFrom('validation'), test: await tableFrom('test') }
}

/** Numbers of the sources of parts that have their own. */
const NUMBERS = { train: TRAINING, validation: VALIDATION, test: TEST } as const

/** The rows of a part in a pack. */
export type Section = {
  readonly position: number
  readonly count: number
  /** Number of their source. */
  readonly source: number
  /** The columns of their source. */
  readonly columns: Named<Column>
}

export type Sections = Readonly<Record<keyof Tables, Section>>

/** Bytes that the rows need in a table. */
export const bytesOf = (preparation: Preparation, sources: Sources): number =>
  Object.values(sectionsOf(preparation, sources)).reduce(
    (sum, section) => sum + section.count * layoutOf(fieldsIn(preparation, section).stored).rowBytes,
    0,
  )

/** Lays out the rows of each part one after another. */
function sectionsOf(preparation: Preparation, sources: Sources): Sections {
  let position = 0
  const sections: Partial<Record<keyof Tables, Section>> = {}
  for (const name of PARTS) {
    const own = name === 'train' ? null : sources[name]
    const section: Section = {
      position,
      count: own?.count ?? sources.parts[name].length,
      source: own ? NUMBERS[name] : TRAINING,
      columns: (own ?? sources.main).columns,
    }
    sections[name] = section
    position += section.count * layoutOf(fieldsIn(preparation, section).stored).rowBytes
  }
  return sections as Sections
}

function fieldsIn({ plans, learnt }: Preparation, { columns, source }: Section) {
  const fields = fieldsOf(plans, columns, learnt)
  const anew = drawnAnew(plans, columns, learnt, source)
  return { fields, anew, stored: storedFields(fields, anew) }
}

/** Writes the rows into a pack, each part on its own, so that no list of row numbers is needed to read them. */
export async function packTables(
  preparation: Preparation,
  sources: Sources,
  draft: PackDraft,
  seen: (rows: number, of: number) => void,
): Promise<Sections> {
  const sections = sectionsOf(preparation, sources)
  const writers = PARTS.map((name) => {
    const { position, source } = sections[name]
    const writer = new RowWriter(fieldsIn(preparation, sections[name]).stored, draft.write, position)
    return { source, writer, rows: source === TRAINING ? sources.parts[name] : null }
  })
  const all = [sources.main, sources.validation, sources.test].filter((source) => source !== null)
  const total = all.reduce((sum, { count }) => sum + count, 0)
  let done = 0
  for (const [number, source] of [
    [TRAINING, sources.main],
    [VALIDATION, sources.validation],
    [TEST, sources.test],
  ] as const) {
    if (!source) continue
    const own = writers.filter((writer) => writer.source === number)
    for await (const { from, count, fields } of prepared(preparation.plans, source, number, preparation.learnt)) {
      const arrays: Named<Numbers> = { ...fields, [ROW_NUMBER]: new Int32Array(countUp(from, count)) }
      for (const { writer, rows } of own) {
        await writer.add(arrays, rows ? rowsIn(rows, from, count).map((row) => row - from) : countUp(0, count))
      }
      done += count
      seen(done, total)
    }
  }
  for (const { writer } of writers) await writer.flush()
  return sections
}

/** Returns the tables of a pack. */
export function packedTables(preparation: Preparation, pack: Pack, sections: Sections): Tables {
  const { descriptor, path } = pack
  const tableIn = (section: Section) => {
    const { fields, anew } = fieldsIn(preparation, section)
    const { position, count } = section
    return fileTable(fields, { descriptor, path, position, count }, anew)
  }
  return { train: tableIn(sections.train), validation: tableIn(sections.validation), test: tableIn(sections.test) }
}
