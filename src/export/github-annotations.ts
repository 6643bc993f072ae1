/** Failed checks as annotations of GitHub Actions: workflow commands on standard output. */
import { visible } from '../base/visible.js'
import type { Check } from './check-report.js'

/** An error for each check that failed, and a warning for each note. */
export const githubAnnotations = (name: string, checks: readonly Check[], notes: readonly string[]): string[] => [
  ...checks.filter(({ passed }) => !passed).map((check) => command('error', `${name}: ${check.name}`, check.words)),
  ...notes.map((note) => command('warning', name, note)),
]

const command = (level: 'error' | 'warning', title: string, message: string): string =>
  `::${level} title=${property(title)}::${data(message)}`

/** The runner decodes `%25`, `%0D` and `%0A`; in a property also `%3A` and `%2C`. Line breaks are visible already. */
const data = (text: string): string => visible(text).replaceAll('%', '%25')

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
