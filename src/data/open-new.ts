/** Opens new rows for a trained model: files, a stream, or a set that comes with the program. */
import { stat } from 'node:fs/promises'
import { UserError } from '../base/issue.js'
import type { OwnDataSpec, SourceSpec } from '../spec/own-data.js'
import type { DataSpec } from '../spec/spec.js'
import { newSetRows } from './new-set-rows.js'
import type { NewRowsRequest, OpenRows } from './own/new-rows.js'
import { hasSamplesOfRows } from './own/new-samples.js'
import { openRows } from './own/open-rows.js'
import { findFiles, openFiles } from './own/open-source.js'
import type { RowTable } from './sources/raw-table.js'
import type { DataWatch } from './watch.js'

export interface NewDataRequest extends Omit<NewRowsRequest, 'data'> {
  readonly data: DataSpec
  /** Paths of files, `NAME=PATH` for arrays by name, the name of a set, or `-` for the stream. */
  readonly given: readonly string[]
  readonly stream: AsyncIterable<Uint8Array>
  readonly watch: DataWatch
}

/** The name of the stream, among files and in messages. */
const [STREAM, STREAM_NAME] = ['-', 'standard input']

/** Throws a UserError if there are no such files, or if their rows cannot be inputs of the model. */
export async function openNew(request: NewDataRequest): Promise<OpenRows> {
  const { data, given } = request
  if ('source' in data) return openOwn({ ...request, data })
  const [word, ...others] = given
  if (given.includes(STREAM) || others.length > 0) {
    throw new UserError(
      `This model was trained on the set ${data.dataset}: name a file of arrays (.npy), a folder of pictures, or a set.`,
    )
  }
  return newSetRows(word!, { ...request, data })
}

async function openOwn(request: NewDataRequest & { readonly data: OwnDataSpec }): Promise<OpenRows> {
  const { data, given, watch } = request
  if (given.includes(STREAM)) {
    if (given.length > 1) throw new UserError(`${STREAM_NAME} cannot be read together with files: name either.`)
    return openPiped(request)
  }
  const source = await sourceOf(given)
  const files = await findFiles(source, { ...data, sha256: null }, watch)
  const table = named(await openFiles(files, data), data, source)
  return openRows(table, { source, pointer: '', files }, request, watch)
}

async function openPiped(request: NewDataRequest & { readonly data: OwnDataSpec }): Promise<OpenRows> {
  const { data, stream, watch } = request
  const why =
    data.select !== null ? '"select" reads files' : hasSamplesOfRows(data) ? 'a sample is made of several rows' : null
  if (why !== null) throw new UserError(`The rows cannot come from ${STREAM_NAME}, because ${why}: name a file.`)
  const { openStream } = await import('./tables/stream-table.js')
  const table = await openStream(
    stream,
    { ...data.csv, missing_values: data.missing_values, select: null },
    STREAM_NAME,
  )
  const found = { source: STREAM_NAME, pointer: '', files: [STREAM_NAME] }
  return openRows(table, found, { ...request, cellByCell: true }, watch)
}

const NAMED = /^([^=/\\]+)=(.+)$/s

/** The path in an operand. */
export const pathOf = (operand: string): string => NAMED.exec(operand)?.[2] ?? operand

/** Operands as a source of a spec: paths, or `NAME=PATH` for arrays by name. */
export async function sourceOf(given: readonly string[]): Promise<SourceSpec> {
  const named = given.map((one) => NAMED.exec(one))
  const isFile = await stat(given[0]!).then(
    () => true,
    () => false,
  )
  if (isFile || named.some((one) => one === null)) return given.length === 1 ? given[0]! : given
  return Object.fromEntries(named.map((one) => [one![1]!, one![2]!]))
}

/** An array without a name gets that of the only array in training. */
function named<Table extends RowTable>(table: Table, { source, features }: OwnDataSpec, given: SourceSpec): Table {
  const [name, ...others] = Object.entries((features ?? {}) as Readonly<Record<string, { readonly column?: string }>>)
  const [column, ...more] = Object.keys(table.columns)
  if (typeof source !== 'object' || Array.isArray(source) || typeof given === 'object') return table
  if (!name || others.length > 0 || column === undefined || more.length > 0) return table
  const wanted = name[1].column ?? name[0]
  if (wanted === column) return table
  return {
    ...table,
    columns: { [wanted]: table.columns[column]! },
    count: table.count && (() => table.count!([column])),
    read(columns) {
      const stream = table.read({ [column]: columns[wanted]! })
      const renamed = <Value>(values: Readonly<Record<string, Value>>) => ({ [wanted]: values[column]! })
      return {
        columns: renamed(stream.columns),
        async *rows() {
          for await (const rows of stream.rows()) yield { ...rows, columns: renamed(rows.columns) }
        },
      }
    },
  }
}
