/** Blocks: columns that are read together, because they lie in one array. */
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import { formatShape, type Shape, sizeOf } from '../../base/shape.js'
import type { Elements, ElementType } from './element.js'

export interface Block {
  /** For messages: the path of a file, or `data.npz: x` for a member of an archive. */
  readonly name: string
  readonly rows: number
  readonly columns: Named<ArrayColumn>
  /** How many rows are read at once with little memory and few operations. */
  readonly rowsAtOnce: number
  /** Starts to read these columns from the first row. */
  start(columns: readonly string[]): Promise<BlockReader>
}

export interface ArrayColumn extends Pick<ElementType, 'type' | 'kind'> {
  /** Shape of a row; `[]` for a single number or text. */
  readonly shape: Shape
}

export interface BlockReader {
  /** The most rows that `next` can return. */
  left(): number
  next(rows: number): Promise<BlockRows>
  close(): Promise<void>
}

export interface BlockRows {
  /** The file, and how many of its rows come before these. */
  readonly file: string
  readonly from: number
  readonly columns: Named<Elements>
}

/** Bytes of the rows that are read at once. */
const AT_ONCE = 1 << 22
const MOST_ROWS_AT_ONCE = 1 << 16

export const rowsAtOnce = (rowBytes: number, budget = AT_ONCE): number =>
  Math.max(1, Math.min(MOST_ROWS_AT_ONCE, Math.floor(budget / Math.max(1, rowBytes))))

/** Longest row, in bytes. */
const MOST_ROW = 2 ** 30

/**
 * Splits the shape of an array into rows and the shape of a row. Throws a UserError if it has no rows, or rows that
 * cannot be read.
 */
export function rowsOf(name: string, shape: Shape, elementBytes: number) {
  if (shape.length === 0) throw new UserError(`${name}: has no rows, because it is a single value`)
  const [rows, ...rest] = shape as [number, ...number[]]
  const rowBytes = sizeOf(rest) * elementBytes
  if (rowBytes === 0) throw new UserError(`${name}: has no values, because its shape is ${formatShape(shape)}`)
  if (rowBytes > MOST_ROW) throw new UserError(`${name}: has ${rowBytes} bytes a row, must have at most ${MOST_ROW}`)
  return { rows, rest, rowBytes }
}

/** Puts the rows of blocks one after another. Throws a UserError if their columns differ. */
export function joined(blocks: readonly Block[]): Block {
  const [first, ...others] = blocks as [Block, ...Block[]]
  if (others.length === 0) return first
  for (const other of others) requireSame(first, other)
  const full = blocks.filter(({ rows }) => rows > 0)
  if (full.length < 2) return full[0] ?? first
  return {
    name: first.name,
    rows: blocks.reduce((sum, { rows }) => sum + rows, 0),
    columns: first.columns,
    rowsAtOnce: Math.min(...blocks.map((block) => block.rowsAtOnce)),
    async start(columns) {
      const waiting = [...full]
      let reader = await waiting.shift()!.start(columns)
      return {
        left: () => reader.left(),
        async next(rows) {
          const found = await reader.next(rows)
          while (reader.left() === 0 && waiting.length > 0) {
            await reader.close()
            reader = await waiting.shift()!.start(columns)
          }
          return found
        },
        close: () => reader.close(),
      }
    },
  }
}

function requireSame(first: Block, other: Block): void {
  const [names, others] = [Object.keys(first.columns), Object.keys(other.columns)]
  const odd = names.find((name) => !Object.hasOwn(other.columns, name))
  if (odd !== undefined)
    throw new UserError(`${other.name}: has no column ${JSON.stringify(odd)}, unlike ${first.name}`)
  const more = others.find((name) => !Object.hasOwn(first.columns, name))
  if (more !== undefined)
    throw new UserError(`${first.name}: has no column ${JSON.stringify(more)}, unlike ${other.name}`)
  for (const name of names) {
    const [a, b] = [first.columns[name]!, other.columns[name]!]
    if (a.type === b.type && String(a.shape) === String(b.shape)) continue
    throw new UserError(
      `${other.name}: its rows have type ${b.type} and shape ${formatShape(b.shape)}, but those of ${first.name} have type ${a.type} and shape ${formatShape(a.shape)}; all files of a column must have the same`,
    )
  }
}
