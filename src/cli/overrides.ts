/** Changes to a spec from the command line. They are checked, and saved with the run, as if they were in the file. */
import { type Issue, UserError } from '../base/issue.js'
import { type Override, parseSetting } from '../spec/override.js'
import { parseExpectation } from '../training/gate.js'

/** Options that change fields of a spec. */
export interface OverrideOptions {
  readonly set: readonly string[]
  readonly engine?: string | undefined
  readonly device?: string | undefined
  readonly expect?: readonly string[]
}

/**
 * Returns the overrides in the order in which they apply. Throws a UserError that lists every one that is malformed.
 */
export function overridesOf({ set, engine, device, expect = [] }: OverrideOptions): Override[] {
  const parsed = [
    ...set.map(parseSetting),
    ...(engine === undefined ? [] : [{ path: ['engine'], value: engine, source: `--engine ${engine}` }]),
    ...(device === undefined ? [] : [{ path: ['device'], value: device, source: `--device ${device}` }]),
    ...expect.map(expectation),
  ]
  const issues = parsed.filter((one): one is Issue => 'code' in one)
  if (issues.length > 0) throw new UserError('The command line has a problem.', issues)
  return parsed.filter((one): one is Override => 'path' in one)
}

function expectation(text: string): Override | Issue {
  const source = `--expect ${text}`
  const parsed = parseExpectation(text)
  if ('problem' in parsed) return { code: 'expectation', source, pointer: '', message: parsed.problem }
  const { key, bound, value } = parsed
  // all expectations must hold, so only the stricter of two bounds matters
  const stricter = bound === 'min' ? Math.max : Math.min
  const joined = (before: unknown) => (typeof before === 'number' ? stricter(before, value) : value)
  return { path: ['expect', key, bound], value, joined, source }
}
