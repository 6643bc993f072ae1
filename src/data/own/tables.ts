/** Makes the tables of own data for training, validation and the test: in memory, or in a pack. */
import { formatBytes } from '../../base/bytes.js'
import { countUp } from '../../base/count-up.js'
import type { Named, Numbers } from '../../base/field.js'
import { freeMemory } from '../../base/free-memory.js'
import { UserError } from '../../base/issue.js'
import { augmentedTable } from '../augment/augmented-table.js'
import { otherRows, storedFieldsOf, trainingPlans, trainingRows } from '../augment/training-rows.js'
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
  /** Seed of the spec. */
  readonly seed: number
}

/** The sources of rows; null if the rows of a part are among those of the main source. */
export interface Sources {
  readonly main: Source
  readonly validation: Source | null
  readonly test: Source | null
  /** How the rows of the main source are divided. */
  readonly parts: Parts
}

/** Returns tables in memory. Throws a UserError if the rows do not fit. */
export async function memoryTables(preparation: Preparation, sources: Sources): Promise<Tables> {
  requireRoomForRows(bytesOf(preparation, sources))
  const { plans, learnt } = preparation
  const { train, ...ofMain } = await mainTables(preparation, sources)
  const tableFrom = async (name: 'validation' | 'test') => {
    const other = sources[name]
    return other ? tableOf(plans, other, NUMBERS[name], learnt) : ofMain[name]
  }
  return { train, validation: await tableFrom('validation'), test: await tableFrom('test') }
}

export function requireRoomForRows(bytes: number, free = freeMemory()): void {
  if (bytes <= free) return
  throw new UserError(
    `The prepared rows need ${formatBytes(bytes)} of memory; ${formatBytes(free)} are free. Write "cache": "disk" in "data": then they lie in a file.`,
  )
}

/** Returns tables of the rows of the main source. */
async function mainTables({ plans, learnt, seed }: Preparation, { main, parts }: Sources): Promise<Tables> {
  const training = trainingPlans(plans, main.columns, learnt, seed)
  if (training) {
    const [validation, test] = await otherRows({ plans, learnt, source: main }, [parts.validation, parts.test])
    return { train: await trainingRows(training, main, parts.train), validation: validation!, test: test! }
  }
  const whole = await tableOf(plans, main, TRAINING, learnt)
  return {
    train: chosen(whole, parts.train),
    validation: chosen(whole, parts.validation),
    test: chosen(whole, parts.test),
  }
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
  Object.entries(sectionsOf(preparation, sources)).reduce(
    (sum, [name, section]) => sum + section.count * rowBytesIn(preparation, section, name as PartName),
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
    position += section.count * rowBytesIn(preparation, section, name)
  }
  return sections as Sections
}

const rowBytesIn = (preparation: Preparation, section: Section, name: PartName): number =>
  layoutOf(storedIn(preparation, section, name).fields).rowBytes

/** The fields of a part as they are stored, and how their values come about. */
function storedIn(preparation: Preparation, { columns, source }: Section, name: PartName) {
  const training = name === 'train' ? trainingIn(preparation, columns) : undefined
  if (training) return { fields: storedFieldsOf(training, columns), made: training }
  const { plans, learnt } = preparation
  const fields = fieldsOf(plans, columns, learnt)
  return { fields: storedFields(fields, drawnAnew(plans, columns, learnt, source)), made: preparation }
}

const trainingIn = ({ plans, learnt, seed }: Preparation, columns: Named<Column>) =>
  trainingPlans(plans, columns, learnt, seed)

/** Writes the rows into a pack, each part on its own, so that no list of row numbers is needed to read them. */
export async function packTables(
  preparation: Preparation,
  sources: Sources,
  draft: PackDraft,
  seen: (rows: number, of: number) => void,
): Promise<Sections> {
  const sections = sectionsOf(preparation, sources)
  const parts = PARTS.map((name) => {
    const { position, source, count } = sections[name]
    const { fields, made } = storedIn(preparation, sections[name], name)
    const writer = new RowWriter(fields, draft.write, position)
    return { number: source, count, made, writer, rows: source === TRAINING ? sources.parts[name] : null }
  })
  const passes = [
    { number: TRAINING, source: sources.main },
    { number: VALIDATION, source: sources.validation },
    { number: TEST, source: sources.test },
  ].flatMap(({ number, source }) => {
    const own = parts.filter((part) => part.number === number && part.count > 0)
    // rows that are augmented are stored otherwise than the rest of their source
    const ways = [...new Set(own.map(({ made }) => made))]
    return source ? ways.map((made) => ({ number, source, made, own: own.filter((part) => part.made === made) })) : []
  })
  const total = passes.reduce((sum, { source }) => sum + source.count, 0)
  let done = 0
  for (const { number, source, made, own } of passes) {
    for await (const { from, count, fields } of prepared(made.plans, source, number, made.learnt)) {
      const arrays: Named<Numbers> = { ...fields, [ROW_NUMBER]: new Int32Array(countUp(from, count)) }
      for (const { writer, rows } of own) {
        await writer.add(arrays, rows ? rowsIn(rows, from, count).map((row) => row - from) : countUp(0, count))
      }
      done += count
      seen(done, total)
    }
  }
  for (const { writer } of parts) await writer.flush()
  return sections
}

/** Returns the tables of a pack. */
export function packedTables(preparation: Preparation, pack: Pack, sections: Sections): Tables {
  const { descriptor, path } = pack
  const fileOf = ({ position, count }: Section) => ({ descriptor, path, position, count })
  const tableIn = (section: Section) => {
    const { columns, source } = section
    const { plans, learnt } = preparation
    const anew = drawnAnew(plans, columns, learnt, source)
    return fileTable(fieldsOf(plans, columns, learnt), fileOf(section), anew)
  }
  const { train, validation, test } = sections
  const training = trainingIn(preparation, train.columns)
  return {
    train: training
      ? augmentedTable({ fields: storedFieldsOf(training, train.columns), file: fileOf(train) }, training.recipe)
      : tableIn(train),
    validation: tableIn(validation),
    test: tableIn(test),
  }
}
