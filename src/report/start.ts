/** The line that says which layers begin with trained weights. */
import { firstNames } from '../base/first-names.js'
import type { StartReport } from '../export/start-report.js'

const MOST_NAMES = 3

export function startLine({ from, loaded, initial }: StartReport): string {
  const all = loaded.length + initial.length
  if (initial.length === 0)
    return `Start: ${all === 1 ? 'the layer has' : `all ${all} layers have`} the weights of ${from}.`
  const others = initial.map(({ layer, why }) => `${layer} (${why})`)
  return [
    `Start: ${loaded.length} of ${all} layers have the weights of ${from}: ${firstNames(loaded, MOST_NAMES)};`,
    `${initial.length} ${initial.length === 1 ? 'keeps its' : 'keep their'} initial values: ${firstNames(others, MOST_NAMES)}.`,
  ].join(' ')
}
