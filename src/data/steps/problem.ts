/** The error of a step that cannot use the column or the values that it gets. The caller adds the name of the column. */
import type { RowOf } from './step.js'

export class StepProblem extends Error {
  override readonly name = 'StepProblem'
}

/** Limit on the values that a message lists. */
const MOST_LISTED = 5

/** Throws a StepProblem that lists the first values that are at fault. */
export function checkEach(
  values: ArrayLike<number>,
  { width, rowOf, must }: { readonly width: number; readonly rowOf: RowOf; readonly must: string },
  isRight: (value: number) => boolean,
): void {
  const wrong: string[] = []
  for (let at = 0; at < values.length; at++) {
    if (isRight(values[at]!)) continue
    if (wrong.length === MOST_LISTED) {
      wrong.push('and others')
      break
    }
    wrong.push(`${values[at]} in row ${rowOf(Math.floor(at / width)) + 1}`)
  }
  if (wrong.length > 0) throw new StepProblem(`found ${wrong.join(', ')}; must be ${must}`)
}
