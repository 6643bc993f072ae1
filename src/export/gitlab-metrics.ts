/** Measures of a check for GitLab's metrics report, in the text format of OpenMetrics 1.0. */
import { visible } from '../base/visible.js'
import type { CheckReport } from './check-report.js'

/** GitLab shows each number in a merge request, beside that of the target branch. */
export function gitlabMetrics({ name, passed, comparisons, runs }: CheckReport): string {
  const found = comparisons.flatMap(({ key, found }) => (found === null ? [] : [[key, found] as const]))
  const bounded = runs.flatMap(({ expectations }) =>
    expectations.flatMap(({ key, found }) => (found === null ? [] : [[key, found] as const])),
  )
  const measures = new Map([...bounded, ...found])
  return [
    '# TYPE trainspec_passed gauge',
    `trainspec_passed{spec=${quoted(name)}} ${passed ? 1 : 0}`,
    '# TYPE trainspec_measure gauge',
    ...[...measures].map(([key, value]) => `trainspec_measure{spec=${quoted(name)},key=${quoted(key)}} ${value}`),
    '# EOF',
    '',
  ].join('\n')
}

/** GitLab takes what follows a number sign for a comment, in quotes too. */
const quoted = (text: string): string =>
  `"${visible(text).replaceAll('#', '\\u0023').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
