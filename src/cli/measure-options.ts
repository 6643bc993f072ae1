/** Options about measures: `--tolerance KEY=CHANGE`, `--mode KEY=MODE`, `--confidence SHARE`. */
import { type Issue, UserError } from '../base/issue.js'
import type { About, CheckOptions } from '../run/check-runs.js'
import type { Tolerance } from '../training/verdict.js'

export interface MeasureOptions {
  readonly tolerance: readonly string[]
  readonly mode: readonly string[]
  readonly confidence: string | undefined
}

const DEFAULT_CONFIDENCE = 0.995

/** Throws a UserError that lists every option that is malformed. */
export function measureOptions({
  tolerance,
  mode,
  confidence,
}: MeasureOptions): Pick<CheckOptions, 'tolerances' | 'modes' | 'confidence'> {
  const issues: Issue[] = []
  const refuse = (source: string, message: string) => issues.push({ code: 'option', source, pointer: '', message })
  const about = <Value>(name: string, texts: readonly string[], read: (text: string) => Value, form: string) => {
    const seen = new Set<string>()
    return texts.flatMap((text): About<NonNullable<Value>>[] => {
      const source = `--${name} ${text}`
      const [, key, given] = /^(.+)=([^=]+)$/s.exec(text) ?? []
      const value = given === undefined ? undefined : read(given)
      if (key === undefined || value === undefined || value === null) {
        refuse(source, `found ${JSON.stringify(text)}, must be ${form}`)
        return []
      }
      if (seen.has(key)) refuse(source, `found ${JSON.stringify(key)} again`)
      seen.add(key)
      return [{ key, value, source }]
    })
  }
  const tolerances = about('tolerance', tolerance, toleranceOf, 'KEY=CHANGE, such as val_acc=0.003 or val_loss=2%')
  const modes = about('mode', mode, modeOf, 'KEY=min or KEY=max')
  const share = confidence === undefined ? DEFAULT_CONFIDENCE : numberOf(confidence)
  if (share === undefined || share < 0.5 || share > 0.999999) {
    refuse('--confidence', `found ${JSON.stringify(confidence)}, must be a number from 0.5 to 0.999999`)
  }
  if (issues.length > 0) throw new UserError('The command line has a problem.', issues)
  return { tolerances, modes, confidence: share! }
}

/** `0.003` or `2%`, at least 0. */
function toleranceOf(text: string): Tolerance | undefined {
  const relative = text.endsWith('%')
  const number = numberOf(relative ? text.slice(0, -1) : text)
  return number === undefined || number < 0 ? undefined : { value: relative ? number / 100 : number, relative }
}

const modeOf = (text: string): 'min' | 'max' | undefined => (text === 'min' || text === 'max' ? text : undefined)

function numberOf(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : undefined
}
