/** Reads a spec's text as the command does (src/run/read-spec.ts), in this process. */
import type { Issue } from '../../src/base/issue.js'
import { checkSpec } from '../../src/run/check-spec.js'
import { type Override, parseSetting } from '../../src/spec/override.js'
import { parseSpec } from '../../src/spec/parse.js'
import type { ResolvedSpec } from '../../src/spec/spec.js'
import { formOfSpec } from './data.js'

/** The spec, or every issue there is; `settings` are texts of `--set`. */
export function readText(
  text: string,
  source = 'spec.json',
  settings: readonly string[] = [],
): { spec?: ResolvedSpec; issues: readonly Issue[] } {
  const overrides = settings.map(parseSetting)
  const unread = overrides.filter((one): one is Issue => 'code' in one)
  if (unread.length > 0) return { issues: unread }
  const { spec, issues, document } = parseSpec(text, { source, overrides: overrides as Override[] })
  if (!spec) return { issues }
  const drafts = checkSpec(spec, formOfSpec(spec))
  return { ...(drafts.length === 0 && { spec }), issues: drafts.map((draft) => document.issue(draft)) }
}

/** The spec as a run saves it. */
export const saved = (spec: ResolvedSpec): string => `${JSON.stringify(spec, null, 2)}\n`
