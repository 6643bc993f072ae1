/** Prints notes on a spec: settings that are allowed but probably not meant, and where its weights come from. */
import { formatWarning, type Issue } from '../base/issue.js'
import { startLine } from '../report/start.js'
import type { Start } from '../run/start.js'
import { type Io, say } from './io.js'

export function showWarnings(warnings: readonly Issue[], io: Pick<Io, 'stderr'>): void {
  for (const warning of warnings) say(io, formatWarning(warning))
}

/** Says which layers begin with the weights that `start` names. */
export function showStart(start: Start | null, io: Pick<Io, 'stderr'>): void {
  if (start !== null) say(io, startLine(start.report))
}
