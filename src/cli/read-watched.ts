/** Reads the spec of a command, and shows the progress if its data are downloaded. */
import { type CheckedSpec, requireSpec } from '../run/read-spec.js'
import type { Io } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { watchingData } from './watch-data.js'

/** Throws a UserError with all issues of the spec. */
export const readWatched = (file: string, options: OverrideOptions, io: Io): Promise<CheckedSpec> =>
  watchingData(io, (watch) => requireSpec(file, overridesOf(options), io.stdin, watch))
