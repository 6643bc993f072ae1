/** The history that `--history` asks for. */
import { formatOf } from '../export/history-formats.js'
import { historyFile, historyStream } from '../export/history-writer.js'
import type { OtherHistory } from '../run/results.js'
import type { Io } from './io.js'
import type { PlaceOptions } from './places.js'

export function userHistory(options: PlaceOptions, io: Io, signal: AbortSignal): OtherHistory[] {
  const { history: path, 'history-format': format } = options
  if (path === undefined) return []
  if (path === '-') return [{ name: 'standard output', writer: historyStream(io.stdout, format ?? 'json') }]
  return [{ name: path, writer: historyFile(path, format ?? formatOf(path), signal) }]
}
