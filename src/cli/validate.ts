/** `train validate FILE...`: checks specs and trains nothing. */
import { formatIssue, UserError } from '../base/issue.js'
import { type Refusal, readText, specText } from '../run/read-spec.js'
import type { Override } from '../spec/override.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { type Io, say } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { showStart, showWarnings } from './warnings.js'
import { watchingData } from './watch-data.js'

export async function validateSpecs(files: readonly string[], options: OverrideOptions, io: Io): Promise<ExitCode> {
  const overrides = overridesOf(options)
  let bad = 0
  for (const file of files) {
    const text = await specText(file, io.stdin)
    const result =
      typeof text === 'string'
        ? await watchingData(io, (watch) => readText(text, file, overrides, watch))
        : { issues: [text] }
    const trials = 'spec' in result && result.hasSweep ? await trialsOf(text as string, file, overrides, io) : null
    if (trials !== null && typeof trials !== 'number') {
      bad++
      sayRefusal(trials, io)
    } else if ('spec' in result) {
      showWarnings(result.warnings, io)
      showStart(result.start, io)
      say(io, `${file}: ok${trials === null ? '' : `, and so are ${trials} trials of its sweep`}`)
    } else {
      bad++
      sayRefusal(result, io)
    }
  }
  return bad === 0 ? EXIT.done : EXIT.badInput
}

function sayRefusal({ issues, summary }: Refusal, io: Io): void {
  for (const issue of issues) say(io, formatIssue(issue))
  if (summary !== undefined) say(io, summary)
}

/** Checks every trial of a sweep. Returns their number, or the problems. */
async function trialsOf(text: string, file: string, overrides: readonly Override[], io: Io): Promise<number | Refusal> {
  const { planText } = await import('../run/sweep/plan.js')
  try {
    return (await watchingData(io, (watch) => planText(text, file, overrides, watch))).trials.length
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { issues: error.issues, ...(error.issues.length === 0 && { summary: error.message }) }
  }
}
