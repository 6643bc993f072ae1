/** Queries in SQL over tables in files, within this process: DuckDB (https://duckdb.org), loaded at the first need. */
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import type Bindings from '@duckdb/node-bindings'
import { UserError } from '../../base/issue.js'
import { reasonOf } from '../../base/reason.js'
import { literal } from '../pattern.js'

/**
 * The type of a column of a query: DOUBLE as numbers of 64 bits, FLOAT as the same rounded to 32 bits, in both of which
 * NULL is NaN, or VARCHAR as text.
 */
export type SqlType = 'DOUBLE' | 'FLOAT' | 'VARCHAR'

export interface SqlQuery {
  /** Expressions, with their types. */
  readonly columns: readonly (readonly [expression: string, type: SqlType])[]
  /** The table, as SQL writes it after FROM. */
  readonly from: string
}

export interface SqlChunk {
  readonly count: number
  /** In the order of the query. */
  readonly columns: readonly (Float64Array | Float32Array | readonly (string | null)[])[]
  /** False if a number, other than NULL, is NaN or infinite in the type of its column. */
  readonly allFinite: boolean
}

export type SqlValue = null | boolean | number | string

export interface Sql {
  /** Yields the rows of some columns, in their order, some at a time. Their arrays are used again for the next ones. */
  stream(query: SqlQuery): AsyncGenerator<SqlChunk>
  /** Returns whether a text is one query that reads. Throws an SqlError if it is no SQL. */
  isSelect(query: string): Promise<boolean>
  /** Returns all rows of a query with a small result. Whole numbers of 64 bits and more are text. */
  all(query: string): Promise<readonly Readonly<Record<string, SqlValue>>[]>
  close(): void
}

/** An error of DuckDB about a query. */
export class SqlError extends Error {}

const SETTINGS = {
  // with one thread, the order of rows and the memory are the same on every machine
  threads: '1',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
}

/**
 * Opens DuckDB for queries that may read these files and nothing else, and may write no file. Throws a UserError if the
 * library does not load.
 */
export async function openSql(paths: readonly string[]): Promise<Sql> {
  const { DuckDBInstance, StatementType, low } = await loadLibrary()
  const database = await DuckDBInstance.create(':memory:', SETTINGS)
  const allowed = [...new Set(paths.flatMap((path) => [path, literal(path)]))]
  const connect = async () => {
    const connection = await database.connect()
    // what SQL draws at random is the same in every query
    await connection.run('SELECT setseed(0)')
    return connection
  }
  /** Runs work on a connection of its own, because a query ends the stream of the query before it. */
  const connected = async <Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> => {
    const connection = await connect()
    try {
      return await inWords(() => work(connection))
    } finally {
      connection.closeSync()
    }
  }
  await connected(async (connection) => {
    await connection.run(`SET allowed_paths = [${allowed.map(text).join(', ')}]`)
    await connection.run("SET GLOBAL TimeZone = 'UTC'")
    // an ORDER BY that needs more memory than there is fails, and writes no files
    await connection.run("SET temp_directory = ''")
    await connection.run('SET enable_external_access = false')
    await connection.run('SET lock_configuration = true')
  })
  return {
    async *stream({ columns, from }) {
      const connection = await connect()
      let next: Promise<unknown> | undefined
      try {
        // An error in the middle of a stream looks like its end. So a row with a 1 follows the last row; without it, a
        // query that is no stream reads the rows again and fails with the error.
        const values = columns.map(([expression, type]) => (type === 'FLOAT' ? `(${expression})::FLOAT` : expression))
        const select = [...values, '0::UTINYINT'].join(', ')
        const last = [...columns.map(() => 'NULL'), '1::UTINYINT'].join(', ')
        const result = await inWords(() => connection.stream(`SELECT ${select} FROM ${from} UNION ALL SELECT ${last}`))
        const types = columns.map(([, type]) => type)
        const piece = new Piece(low, types)
        const fetch = () => {
          const chunk = inWords(() => result.fetchChunk())
          // a failure is reported where the chunk is awaited
          next = chunk.catch(() => {})
          return chunk
        }
        let fetched = fetch()
        for (let isLast = false; !isLast; ) {
          const chunk = await fetched
          if (!chunk || chunk.rowCount === 0) {
            const counts = columns.map(([expression]) => `, count(${expression})`)
            await inWords(() => connection.run(`SELECT count(*)${counts.join('')} FROM ${from}`))
            throw new SqlError('the rows end before the last one')
          }
          isLast = bytesOf(low, chunk, columns.length, 1).at(-1) === 1
          // DuckDB makes the next rows while these are copied
          if (!isLast) fetched = fetch()
          const count = isLast ? chunk.rowCount - 1 : chunk.rowCount
          if (!piece.hasRoomFor(count)) {
            yield piece.rows()
            piece.clear()
          }
          if (count > 0) piece.add(chunk, count)
        }
        if (piece.count > 0) yield piece.rows()
      } finally {
        await next
        connection.closeSync()
      }
    },
    isSelect: (query) =>
      connected(async (connection) => {
        const statements = await connection.extractStatements(query)
        return statements.count === 1 && (await statements.prepare(0)).statementType === StatementType.SELECT
      }),
    all: (query) =>
      connected(
        async (connection) => (await connection.runAndReadAll(query)).getRowObjectsJson() as Record<string, SqlValue>[],
      ),
    close: () => database.closeSync(),
  }
}

/** Rows of a chunk of DuckDB. */
const CHUNK_ROWS = 2048
/** Values of a piece, and rows: so many that they are worth the work of a piece, and so few that memory stays small. */
const PIECE_VALUES = 2 ** 20
const PIECE_ROWS = 2 ** 15
/** Characters of texts in a piece, without those of its last chunk. */
const PIECE_CHARACTERS = 2 ** 22

/** Room for the rows of several chunks, whose own memory goes with them. */
class Piece {
  count = 0
  readonly #low: typeof Bindings
  readonly #room: number
  #columns: readonly (Float64Array | Float32Array | (string | null)[])[]
  #allFinite = true
  #characters = 0

  constructor(low: typeof Bindings, types: readonly SqlType[]) {
    this.#low = low
    this.#room = Math.max(CHUNK_ROWS, Math.min(PIECE_ROWS, Math.floor(PIECE_VALUES / types.length)))
    this.#columns = types.map((type) => (type === 'VARCHAR' ? [] : new ARRAYS[type](this.#room)))
  }

  /** Makes room for further rows. */
  clear(): void {
    this.count = 0
    this.#allFinite = true
    this.#characters = 0
    this.#columns = this.#columns.map((column) => (Array.isArray(column) ? [] : column))
  }

  /** True for an empty piece too, because a chunk may have any number of rows. */
  hasRoomFor(count: number): boolean {
    return this.count === 0 || (this.count + count <= this.#room && this.#characters < PIECE_CHARACTERS)
  }

  /** Copies the first `count` rows of a chunk, at most 2,048. */
  add(chunk: DuckDBDataChunk, count: number): void {
    for (const [index, column] of this.#columns.entries()) {
      if (Array.isArray(column)) {
        const values = chunk.getColumnValues(index) as (string | null)[]
        for (let row = 0; row < count; row++) {
          column.push(values[row]!)
          this.#characters += values[row]?.length ?? 0
        }
      } else this.#addNumbers(column, chunk, index, count)
    }
    this.count += count
  }

  #addNumbers(column: Float64Array | Float32Array, chunk: DuckDBDataChunk, index: number, count: number): void {
    const from = this.count
    const { buffer, byteOffset } = bytesOf(this.#low, chunk, index, column.BYTES_PER_ELEMENT)
    column.set(new (column.constructor as typeof Float32Array)(buffer, byteOffset, count), from)
    const vector = this.#low.data_chunk_get_vector(chunk.chunk, index)
    const valid = this.#low.vector_get_validity(vector, Math.ceil(count / 64) * 8)
    for (let row = 0; row < count; row++) {
      if (valid && !((valid[row >> 3]! >> (row & 7)) & 1)) column[from + row] = Number.NaN
      else if (!Number.isFinite(column[from + row])) this.#allFinite = false
    }
  }

  rows(): SqlChunk {
    const { count } = this
    const columns = this.#columns.map((column) => (Array.isArray(column) ? column : column.subarray(0, count)))
    return { count, columns, allFinite: this.#allFinite }
  }
}

const ARRAYS = { DOUBLE: Float64Array, FLOAT: Float32Array } as const

/** A view of a column whose values have `size` bytes each. It lasts as long as the chunk. */
const bytesOf = (low: typeof Bindings, chunk: DuckDBDataChunk, column: number, size: number): Uint8Array =>
  low.vector_get_data(low.data_chunk_get_vector(chunk.chunk, column), chunk.rowCount * size)

async function loadLibrary() {
  try {
    const [{ DuckDBInstance, StatementType }, { default: low }] = await Promise.all([
      import('@duckdb/node-api'),
      import('@duckdb/node-bindings'),
    ])
    return { DuckDBInstance, StatementType, low }
  } catch (error) {
    throw new UserError(`Reading tables needs DuckDB, which does not load on this machine: ${reasonOf(error)}`)
  }
}

async function inWords<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw new SqlError(error instanceof Error ? error.message : String(error))
  }
}

/** `it's` as SQL writes it: `'it''s'`. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** The name of a column as SQL writes it. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
