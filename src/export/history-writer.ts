/** Writers of a run's history: rows go out as epochs end, a document at the end. */
import { access, constants, type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import { fileProblem } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import type { EpochEndEvent } from '../training/events.js'
import { type History, historyText, writeHistory } from './history.js'
import { csvHeader, csvRow, jsonRow } from './history-rows.js'

export type HistoryFormat = 'json' | 'jsonl' | 'csv'

export interface HistoryWriter {
  epoch(event: EpochEndEvent): Promise<void>
  /** The last call; without a history the run failed, and files are only closed. */
  end(history?: History): Promise<void>
}

const ENDINGS: Readonly<Record<string, HistoryFormat>> = { '.csv': 'csv', '.jsonl': 'jsonl', '.ndjson': 'jsonl' }

/** The format that a file's ending names; `json` where it names none. */
export const formatOf = (path: string): HistoryFormat => ENDINGS[extname(path).toLowerCase()] ?? 'json'

/** Throws a UserError where a history could not be written. */
export async function checkHistoryPath(path: string, format: HistoryFormat = formatOf(path)): Promise<void> {
  try {
    const found = await stat(path).catch((error) => {
      if (error.code !== 'ENOENT') throw error
    })
    if (found?.isDirectory() || path.endsWith('/')) throw Object.assign(new Error(), { code: 'EISDIR', path })
    if (found) await access(path, constants.W_OK)
    if (!found) await access(dirname(path), constants.W_OK)
    // a temporary file is to take its place
    else if (found.isFile() && format === 'json') await access(dirname(await realpath(path)), constants.W_OK)
  } catch (error) {
    const problem = fileProblem(error)
    if (problem === undefined) throw error
    throw new UserError(`Cannot write the history: ${problem}.`)
  }
}

/** A file: `json` is written whole at the end; rows are on the disk when `epoch` returns, an older file goes with the first. */
export function historyFile(path: string, format: HistoryFormat = formatOf(path)): HistoryWriter {
  if (format === 'json') {
    return { epoch: async () => {}, end: async (history) => history && outlive(writeHistory(path, history)) }
  }
  let file: FileHandle | undefined
  return {
    async epoch(event) {
      const text = rowsOf(format, event, file === undefined)
      file ??= await open(path, 'w')
      await outlive(file.appendFile(text))
      // a pipe or device has no disk
      if ((await file.stat()).isFile()) await file.datasync()
    },
    end: async () => file?.close(),
  }
}

/** A reader that closes a pipe early does not stop the run. */
const outlive = (write: Promise<void>): Promise<void> =>
  write.catch((error) => {
    if (error.code !== 'EPIPE') throw error
  })

/** A stream, as a rule standard output. A reader that closes it early, such as `head`, does not stop the run. */
export function historyStream(stream: NodeJS.WritableStream, format: HistoryFormat): HistoryWriter {
  let first = true
  let closed = false
  // the callback of a write has the same error; without a listener it would end the process
  stream.on('error', () => {})
  const write = (text: string) =>
    new Promise<void>((resolve, reject) => {
      if (closed) return resolve()
      stream.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
        if (!error) return resolve()
        closed = true
        return error.code === 'EPIPE' ? resolve() : reject(error)
      })
    })
  return {
    async epoch(event) {
      if (format !== 'json') await write(rowsOf(format, event, first))
      first = false
    },
    async end(history) {
      if (format === 'json' && history) await write(historyText(history))
    },
  }
}

function rowsOf(format: 'csv' | 'jsonl', event: EpochEndEvent, first: boolean): string {
  if (format === 'jsonl') return jsonRow(event)
  return first ? csvHeader(event) + csvRow(event) : csvRow(event)
}
