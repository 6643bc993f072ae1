/** Prints warnings: about settings that are allowed but probably not meant. */
import { formatWarning, type Issue } from '../base/issue.js'
import { type Io, say } from './io.js'

export function showWarnings(warnings: readonly Issue[], io: Pick<Io, 'stderr'>): void {
  for (const warning of warnings) say(io, formatWarning(warning))
}
