/** Writes the history of a run: a row after each epoch, or a document at the end. */
import { open, stat } from 'node:fs/promises'
import { appendWhole } from '../base/append.js'
import { writeFileAtomic } from '../base/atomic-file.js'
import { about, inWords, ourOwnProblem } from '../base/file-problem.js'
import { afterwards, openPipe, writeTo } from '../base/pipe.js'
import { checkWritable } from '../base/writable.js'
import type { EpochEndEvent } from '../training/events.js'
import type { History } from './history.js'
import { checkFileName, formatOf, type HistoryFormat, shapeOf } from './history-formats.js'

export interface HistoryWriter {
  epoch(event: EpochEndEvent): Promise<void>
  /** Must be the last call. Without a history, because the run failed, it only closes files. */
  end(history?: History): Promise<void>
}

/** Throws a UserError if a history could not be written. */
export async function checkHistoryPath(path: string, format: HistoryFormat = formatOf(path)): Promise<void> {
  checkFileName(path, format)
  await inWords('write the history', () => checkWritable(path, { replaced: 'document' in shapeOf(format) }))
}

/**
 * Writes to a file. A document is written at the end. Rows are on the disk when `epoch` resolves; the first row replaces an
 * older file. A row that cannot be written completely is removed. Writing to a pipe waits until a program reads it, or
 * until `signal` ends training.
 */
export function historyFile(path: string, format: HistoryFormat = formatOf(path), signal?: AbortSignal): HistoryWriter {
  let place: Promise<Rows> | undefined
  const opened = async () => {
    place ??= about(path, () => openRows(path, signal))
    return place
  }
  const shape = shapeOf(format)
  let isFirst = true
  return {
    async epoch(event) {
      if ('document' in shape) return
      const text = shape.row(event, isFirst)
      isFirst = false
      const { write } = await opened()
      await about(path, () => outlive(write(text)))
    },
    async end(history) {
      if ('document' in shape && history) {
        const text = shape.document(history)
        const isPipe = (await stat(path).catch(() => undefined))?.isFIFO()
        if (!isPipe) return outlive(writeFileAtomic(path, text))
        const { write } = await opened()
        await about(path, () => outlive(write(text)))
      }
      await (await place?.catch(() => undefined))?.close()
    },
  }
}

interface Rows {
  write(text: string | Uint8Array): Promise<void>
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
  const shape = shapeOf(format)
  let isFirst = true
  let isClosed = false
  // the callback of a write has the same error; without a listener it would end the process
  stream.on('error', () => {})
  const write = async (text: string | Uint8Array) => {
    if (!isClosed) {
      await writeTo(stream, text).catch(() => {
        isClosed = true
      })
    }
  }
  return {
    async epoch(event) {
      if ('row' in shape) await write(shape.row(event, isFirst))
      isFirst = false
    },
    async end(history) {
      if ('document' in shape && history) await write(shape.document(history))
    },
  }
}
