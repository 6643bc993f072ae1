/** Tables whose columns lie in files of arrays. */
import { byCodePoint } from '../../base/code-points.js'
import type { Field, Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import { sizeOf } from '../../base/shape.js'
import { type Column, isField } from '../column.js'
import { type ColumnType, columnOfType, type RawTable } from '../sources/raw-table.js'
import type { Rows } from '../sources/source.js'
import { noFacts } from '../tables/facts.js'
import type { ArrayColumn, Block, BlockReader } from './block.js'
import { BadCells } from './cells.js'
import { type ColumnRows, fieldValues, seeRows, texts, valuesAs } from './convert.js'

export interface ArrayTable {
  /** For messages: the path of the file, or of the first of several. */
  readonly name: string
  readonly blocks: readonly Block[]
  /** Arrays that cannot be columns: the reason for each. They are columns of no type until one is used. */
  readonly unusable: Named<string>
  close(): void
}

export function arrayTable({ name, blocks, unusable, close }: ArrayTable): RawTable {
  const all = blocks.flatMap((block) =>
    Object.entries(block.columns).map(([column, array]) => ({ column, array, block })),
  )
  const blockOf = new Map(all.map(({ column, block }) => [column, block]))
  const refused = new Map(Object.entries(unusable))
  for (const { column, array, block } of all) {
    if (columnOf(array) === null) refused.set(column, `${block.name}: has text of several axes, must have one`)
  }
  const columns: Named<Field | ColumnType | null> = Object.fromEntries([
    ...all.map(({ column, array }) => [column, columnOf(array)]),
    ...[...refused.keys()].map((column) => [column, null]),
  ])

  /** Returns the blocks of these columns. Throws a UserError if they cannot be read side by side. */
  const blocksFor = (wanted: readonly string[]): Block[] => {
    const odd = wanted.find((column) => refused.has(column))
    if (odd !== undefined) throw new UserError(refused.get(odd)!)
    const used = [...new Set(wanted.map((column) => blockOf.get(column)!))]
    const [first] = used
    const other = used.find(({ rows }) => rows !== first!.rows)
    if (other) {
      throw new UserError(
        `${first!.name} has ${first!.rows} rows, but ${other.name} has ${other.rows}; all columns of a table must have the same number`,
      )
    }
    if (first?.rows === 0) throw new UserError(`${first.name}: has no rows`)
    return used
  }

  return {
    name,
    columns,
    count: (wanted) => blocksFor(wanted)[0]?.rows ?? 0,
    async facts(wanted) {
      const facts = Object.fromEntries(wanted.map((column) => [column, noFacts()]))
      for await (const { parts } of partsOf(blocksFor(wanted), wanted)) {
        for (const part of parts) seeRows(facts[part.column]!, part)
      }
      return facts
    },
    async distinct(column, most) {
      const found = new Set<string>()
      for await (const { parts } of partsOf(blocksFor([column]), [column])) {
        for (const text of texts(parts[0]!.elements)) if (text != null) found.add(text)
        if (found.size > most) return null
      }
      return [...found].toSorted(byCodePoint)
    },
    read(wanted) {
      const names = Object.keys(wanted)
      const used = blocksFor(names)
      const result = Object.fromEntries(names.map((column) => [column, columnAs(wanted[column]!, columns[column]!)]))
      return { columns: result, rows: () => rowsOf(used, wanted, result) }
    },
    close,
  }
}

function columnOf({ kind, type, shape }: ArrayColumn): Field | ColumnType | null {
  if (shape.length === 0) return kind === 'float' ? 'number' : kind === 'text' ? 'text' : 'integer'
  if (kind === 'text') return null
  if (kind === 'boolean') return { shape, dtype: 'uint8', divisor: 1, values: 'binary' }
  return { shape, dtype: type === 'u1' ? 'uint8' : 'float32', divisor: 1, values: 'real' }
}

const columnAs = (type: ColumnType | 'field', column: Field | ColumnType): Column =>
  typeof column === 'string' ? columnOfType(type as ColumnType) : column

async function* rowsOf(
  blocks: readonly Block[],
  wanted: Named<ColumnType | 'field'>,
  columns: Named<Column>,
): AsyncGenerator<Rows> {
  for await (const { from, count, parts } of partsOf(blocks, Object.keys(wanted))) {
    const bad = new BadCells()
    const values = parts.map((part) => {
      const type = wanted[part.column]!
      const field = columns[part.column]!
      const isArray = type === 'field' && isField(field)
      return [
        part.column,
        isArray ? fieldValues(part, sizeOf(field.shape), bad) : valuesAs(type as ColumnType, part, bad),
      ]
    })
    bad.end()
    yield { from, count, columns: Object.fromEntries(values) }
  }
}

interface Parts {
  readonly from: number
  readonly count: number
  readonly parts: readonly ColumnRows[]
}

/** Reads these columns of blocks with equally many rows, some rows at a time. */
async function* partsOf(blocks: readonly Block[], wanted: readonly string[]): AsyncGenerator<Parts> {
  const most = Math.min(...blocks.map(({ rowsAtOnce }) => rowsAtOnce))
  const readers: BlockReader[] = []
  try {
    for (const block of blocks) {
      readers.push(await block.start(wanted.filter((column) => Object.hasOwn(block.columns, column))))
    }
    const rows = blocks[0]?.rows ?? 0
    for (let from = 0; from < rows; ) {
      const count = Math.min(most, ...readers.map((reader) => reader.left()))
      const parts: ColumnRows[] = []
      for (const reader of readers) {
        const { columns, ...place } = await reader.next(count)
        for (const [column, elements] of Object.entries(columns)) parts.push({ ...place, column, elements })
      }
      yield { from, count, parts }
      from += count
    }
  } finally {
    for (const reader of readers) await reader.close()
  }
}
