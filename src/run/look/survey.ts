/** Looks at all columns of files, without a spec: their types follow from their values. */
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import type { Shape } from '../../base/shape.js'
import { isField, numberField } from '../../data/column.js'
import { oddAmongNumbers } from '../../data/own/infer.js'
import { type FileOptions, openSource } from '../../data/own/open-source.js'
import { quoted } from '../../data/own/problem.js'
import type { Cell, ColumnFacts, ColumnType, RawTable } from '../../data/sources/raw-table.js'
import type { DataWatch } from '../../data/watch.js'
import { type ColumnSummary, limitsFor, summarizer } from './column-summary.js'
import { likeness } from './likeness.js'

export interface Survey {
  /** Path of the first file. */
  readonly file: string
  /** True for files of arrays. */
  readonly isArrays: boolean
  readonly columns: Named<SurveyedColumn>
  /** Columns that cannot be read, and why. */
  readonly unreadable: Named<string>
  /** Texts that stand for gaps in columns of numbers. */
  readonly gapTexts: readonly string[]
}

export interface SurveyedColumn extends ColumnSummary {
  /** The shape of a row; empty for single values. */
  readonly shape: Shape
  /** True if its numbers are bytes. */
  readonly isBytes: boolean
  /** True if it says the same as the target. */
  readonly isCopy: boolean
  /** True for text of several words, such as sentences. */
  readonly isProse: boolean
  /** The first value that is no number, if most of the others are numbers. */
  readonly odd: Cell | null
}

/** Reads all rows. Throws a UserError for files that are missing, damaged or unknown. */
export async function survey(
  files: readonly string[],
  target: string | undefined,
  reading: FileOptions,
  watch: DataWatch,
): Promise<Survey> {
  const { table, facts, unreadable, gapTexts } = await openedWithGaps(files, reading, watch)
  try {
    const types = typesOf(table, facts, unreadable)
    return {
      file: table.name,
      isArrays: Object.values(types).includes('field'),
      columns: await summariesOf(table, types, facts, target),
      unreadable,
      gapTexts,
    }
  } finally {
    table.close()
  }
}

interface Opened {
  readonly table: RawTable
  readonly facts: Named<ColumnFacts>
  readonly unreadable: Named<string>
  readonly gapTexts: readonly string[]
}

/** Texts that people and programs write for a gap. */
const GAP_TEXTS = [
  'NA',
  'N/A',
  'n/a',
  'na',
  'NaN',
  'nan',
  'NULL',
  'null',
  'None',
  'none',
  'missing',
  '?',
  '-',
  '.',
  '#N/A',
]

/** As many different ones are looked for. */
const MOST_GAP_TEXTS = 3

/**
 * Opens the files, and finds the texts that stand for gaps: without them a column has nothing but numbers. Other columns
 * give no reason for one: there, NA may be Namibia.
 */
async function openedWithGaps(files: readonly string[], reading: FileOptions, watch: DataWatch): Promise<Opened> {
  const needed = new Map<string, readonly string[]>()
  const hopeless = new Set<string>()
  const texts = new Set<string>()
  for (let turn = 0; ; turn++) {
    const gapTexts = [...texts]
    const table = await openSource(files, { ...reading, missing_values: gapTexts }, watch)
    try {
      const unreadable = unreadableOf(table)
      const plain = Object.entries(table.columns).filter(
        ([name, stated]) => !isArray(stated) && !Object.hasOwn(unreadable, name),
      )
      const facts = await table.facts(plain.map(([name]) => name))
      texts.clear()
      for (const [name, { notNumbers, firstNotNumber }] of Object.entries(facts)) {
        const text = firstNotNumber?.value ?? ''
        if (notNumbers > 0 && !GAP_TEXTS.includes(text)) hopeless.add(name)
        else if (notNumbers > 0) needed.set(name, [...(needed.get(name) ?? []), text])
        if (!hopeless.has(name)) for (const one of needed.get(name) ?? []) texts.add(one)
      }
      if (turn > MOST_GAP_TEXTS || gapTexts.join() === [...texts].join()) return { table, facts, unreadable, gapTexts }
    } catch (error) {
      table.close()
      throw error
    }
    table.close()
  }
}

const isArray = (stated: RawTable['columns'][string]): boolean => typeof stated === 'object' && stated !== null

function unreadableOf(table: RawTable): Named<string> {
  const each = Object.entries(table.columns).map(
    ([name, stated]) => [name, isArray(stated) ? 'field' : 'text'] as const,
  )
  // one by one would be slow for many columns
  if (problemOf(() => table.read(Object.fromEntries(each))) === undefined) return {}
  return Object.fromEntries(
    each.flatMap(([name, type]) => {
      const problem = problemOf(() => table.read({ [name]: type }))
      return problem === undefined ? [] : [[name, problem.replace(`column ${quoted(name)} `, '')] as const]
    }),
  )
}

type Types = Named<ColumnType | 'field'>

/** A column is read as numbers if all of its values are, unless the file says that they are text. */
function typesOf({ columns }: RawTable, facts: Named<ColumnFacts>, unreadable: Named<string>): Types {
  const each = Object.entries(columns).flatMap(([name, stated]): [string, ColumnType | 'field'][] => {
    if (Object.hasOwn(unreadable, name)) return []
    if (isArray(stated)) return [[name, 'field']]
    const isText = stated === 'text' || facts[name]!.notNumbers > 0
    return [[name, isText ? 'text' : stated === 'integer' ? 'integer' : 'number']]
  })
  return Object.fromEntries(each)
}

/** Why a column cannot be read, if the table refuses it before it reads any row. */
function problemOf(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof UserError) return error.issues[0]?.message ?? error.message
    throw error
  }
}

async function summariesOf(
  table: RawTable,
  types: Types,
  facts: Named<ColumnFacts>,
  target: string | undefined,
): Promise<Record<string, SurveyedColumn>> {
  const stream = table.read(types)
  const limits = limitsFor(Object.keys(types).length)
  const all = Object.entries(stream.columns).map(([name, column]) => ({
    name,
    summary: summarizer(column, limits),
    prose: proseWatch(),
    like: name !== target && types[name] !== 'field' && target !== undefined && types[target] ? likeness() : null,
  }))
  for await (const { columns } of stream.rows()) {
    for (const { name, summary, prose, like } of all) {
      summary.see(columns[name]!)
      if (Array.isArray(columns[name])) prose.see(columns[name])
      like?.see(columns[name]!, columns[target!]!)
    }
  }
  return Object.fromEntries(
    all.map(({ name, summary, prose, like }) => {
      const column = stream.columns[name]!
      const { shape, dtype } = isField(column) ? column : numberField
      return [
        name,
        {
          ...summary.summary(),
          shape,
          isBytes: dtype === 'uint8',
          isCopy: like?.isAlike() ?? false,
          isProse: prose.isProse(),
          odd: table.columns[name] === null ? oddAmongNumbers(facts[name]!) : null,
        },
      ] as const
    }),
  )
}

/** Texts that are looked at, and the words that they have on average at least. */
const [MOST_READ, LEAST_WORDS] = [1000, 4]

/** Counts the words of the first texts of a column. */
function proseWatch() {
  let [texts, words] = [0, 0]
  return {
    see(values: readonly (string | null)[]): void {
      for (let row = 0; row < values.length && texts < MOST_READ; row++) {
        const text = values[row]
        if (text == null) continue
        texts++
        words += text.slice(0, MOST_CHARACTERS).trim().split(/\s+/).length
      }
    },
    isProse: () => words >= LEAST_WORDS * texts && texts > 0,
  }
}

const MOST_CHARACTERS = 1000
