/** Predictions as a Parquet file: texts and float32 numbers, with nulls for what is missing. */
import type { PredictionColumn, PredictionRows, PredictionWriter, Sink } from './rows.js'

/** Rows of a row group at most, and the values that are kept for one. */
const [MOST_ROWS, MOST_VALUES] = [65_536, 2 ** 23]

export async function parquetWriter(sink: Sink, columns: readonly PredictionColumn[]): Promise<PredictionWriter> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer')
  const bytes = new ByteWriter()
  const group = Math.min(MOST_ROWS, Math.ceil(MOST_VALUES / columns.length))
  const schema = [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, type }) =>
      type === 'text'
        ? ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const)
        : ({ name, type: 'FLOAT', repetition_type: 'OPTIONAL' } as const),
    ),
  ]
  const writer = new ParquetWriter({ writer: bytes, schema, statistics: false, createdBy: 'trainspec' })
  let waiting: (string | number | null)[][] = columns.map(() => [])
  const writeGroup = async () => {
    const [first] = waiting
    if (first!.length === 0) return
    const columnData = columns.map(({ name }, index) => ({ name, data: waiting[index]! }))
    await writer.write({ columnData, rowGroupSize: MOST_ROWS })
    waiting = columns.map(() => [])
    await flush()
  }
  /** Hands on the bytes so far. The offset stays, because the end of the file names the places of all groups. */
  const flush = async () => {
    await sink.append(Uint8Array.from(bytes.getBytes()))
    bytes.index = 0
  }
  return {
    async append(rows) {
      for (const [index, into] of waiting.entries()) addCells(rows, index, into)
      if (waiting[0]!.length >= group) await writeGroup()
    },
    async finish() {
      await writeGroup()
      await writer.finish()
      await flush()
      await sink.finish()
    },
    discard: () => sink.discard(),
  }
}

function addCells({ count, cells, hasNone }: PredictionRows, index: number, into: (string | number | null)[]): void {
  const cell = cells[index]!
  for (let row = 0; row < count; row++) {
    if ('texts' in cell) into.push(cell.texts[row] ?? null)
    else into.push(hasNone(row) ? null : cell.values[cell.from + cell.stride * row]!)
  }
}
