/** Writes the history of a run: a row after each epoch, or a document at the end. */
import { open, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { appendWhole } from '../base/append.js'
import { about, inWords, ourOwnProblem } from '../base/file-problem.js'
import { afterwards, openPipe, writeTo } from '../base/pipe.js'
import { checkWritable } from '../base/writable.js'
import type { EpochEndEvent } from '../training/events.js'
import { type History, historyText, writeHistory } from './history.js'
import { csvHeader, csvRow, jsonRow } from './history-rows.js'

export type HistoryFormat = 'json' | 'jsonl' | 'csv'

export interface HistoryWriter {
  epoch(event: EpochEndEvent): Promise<void>
  /** Must be the last call. Without a history, because the run failed, it only closes files. */
  end(history?: History): Promise<void>
}

const ENDINGS: Readonly<Record<string, HistoryFormat>> = { '.csv': 'csv', '.jsonl': 'jsonl', '.ndjson': 'jsonl' }

/** Returns the format by the extension of a file; `json` for any other extension. */
export const formatOf = (path: string): HistoryFormat => ENDINGS[extname(path).toLowerCase()] ?? 'json'

/** Throws a UserError if a history could not be written. */
export const checkHistoryPath = (path: string, format: HistoryFormat = formatOf(path)): Promise<void> =>
  inWords('write the history', () => checkWritable(path, { replaced: format === 'json' }))

/**
 * Writes to a file. `json` is written at the end. Rows are on the disk when `epoch` resolves; the first row replaces an
 * older file. A row that cannot be written completely is removed. Writing to a pipe waits until a program reads it, or
 * until `signal` ends training.
 */
export function historyFile(path: string, format: HistoryFormat = formatOf(path), signal?: AbortSignal): HistoryWriter {
  let place: Promise<Rows> | undefined
  const opened = async () => {
    place ??= about(path, () => openRows(path, signal))
    return place
  }
  let isFirst = true
  return {
    async epoch(event) {
      if (format === 'json') return
      const text = rowsOf(format, event, isFirst)
      isFirst = false
      const { write } = await opened()
      await about(path, () => outlive(write(text)))
    },
    async end(history) {
      if (format === 'json' && history) {
        const isPipe = (await stat(path).catch(() => undefined))?.isFIFO()
        if (!isPipe) return outlive(writeHistory(path, history))
        const { write } = await opened()
        await about(path, () => outlive(write(historyText(history))))
      }
      await (await place?.catch(() => undefined))?.close()
    },
  }
}

interface Rows {
  write(text: string): Promise<void>
  close(): Promise<void>
}

async function openRows(path: string, signal: AbortSignal | undefined): Promise<Rows> {
  if ((await stat(path).catch(() => undefined))?.isFIFO()) return pipeRows(path, signal)
  const file = await open(path, 'w')
  // a device has no disk
  const isFile = (await file.stat()).isFile()
  return {
    async write(text) {
      if (!isFile) return file.appendFile(text)
      await appendWhole(path, file, text)
      await file.datasync()
    },
    close: () => file.close(),
  }
}

async function pipeRows(path: string, signal: AbortSignal | undefined): Promise<Rows> {
  const late = afterwards(signal)
  const stream = await openPipe(path, late.signal).catch((error) => {
    throw late.signal.aborted ? ourOwnProblem('EUNREAD', path) : error
  })
  stream.on('error', () => {})
  return {
    async write(text) {
      const isLate = new Promise<never>((_, reject) => {
        const give = () => reject(ourOwnProblem('EUNREAD', path))
        if (late.signal.aborted) give()
        late.signal.addEventListener('abort', give, { once: true })
      })
      await Promise.race([writeTo(stream, text), isLate])
    },
    async close() {
      late.stop()
      if (late.signal.aborted) stream.destroy()
      else stream.destroySoon()
    },
  }
}

/** A reader that closes a pipe early does not stop the run. */
const outlive = (write: Promise<void>): Promise<void> =>
  write.catch((error) => {
    if (error.code !== 'EPIPE') throw error
  })

/**
 * Writes to a stream, usually standard output. A reader that closes it early, such as `head`, does not stop the run,
 * nor does a full disk: the owner of the stream handles its errors.
 */
export function historyStream(stream: NodeJS.WritableStream, format: HistoryFormat): HistoryWriter {
  let isFirst = true
  let isClosed = false
  // the callback of a write has the same error; without a listener it would end the process
  stream.on('error', () => {})
  const write = async (text: string) => {
    if (!isClosed) {
      await writeTo(stream, text).catch(() => {
        isClosed = true
      })
    }
  }
  return {
    async epoch(event) {
      if (format !== 'json') await write(rowsOf(format, event, isFirst))
      isFirst = false
    },
    async end(history) {
      if (format === 'json' && history) await write(historyText(history))
    },
  }
}

function rowsOf(format: 'csv' | 'jsonl', event: EpochEndEvent, isFirst: boolean): string {
  if (format === 'jsonl') return jsonRow(event)
  return isFirst ? csvHeader(event) + csvRow(event) : csvRow(event)
}
