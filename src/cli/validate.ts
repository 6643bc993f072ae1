/** `train validate FILE...`: checks specs and trains nothing. */
import { formatIssue } from '../base/issue.js'
import { readSpec } from '../run/read-spec.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { type Io, say } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { showStart, showWarnings } from './warnings.js'
import { watchingData } from './watch-data.js'

export async function validateSpecs(files: readonly string[], options: OverrideOptions, io: Io): Promise<ExitCode> {
  const overrides = overridesOf(options)
  let bad = 0
  for (const file of files) {
    const result = await watchingData(io, (watch) => readSpec(file, overrides, io.stdin, watch))
    if ('spec' in result) {
      showWarnings(result.warnings, io)
      showStart(result.start, io)
      say(io, `${file}: ok`)
    } else {
      bad++
      for (const issue of result.issues) say(io, formatIssue(issue))
      if (result.summary !== undefined) say(io, result.summary)
    }
  }
  return bad === 0 ? EXIT.done : EXIT.badInput
}
