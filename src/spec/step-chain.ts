/** A chain of steps: its schema, and what one step can take from the one before. */
import { z } from 'zod'
import { family, type RuleIssue, rules } from './family.js'
import { stepRules } from './step-rules.js'
import { STEPS, type StepOf, type StepSpec } from './steps.js'
import { LONGEST_LIST } from './whole.js'
import { either } from './words.js'

/** Values that go from step to step: numbers of any shape, or a text or an exact whole number in each row. */
export type StepValues = 'numbers' | 'text' | 'integers'

/** The values that each step takes. All but FillMissing give numbers. */
const TAKES: { readonly [Type in StepSpec['type']]: readonly StepValues[] } = {
  Normalization: ['numbers'],
  Rescaling: ['numbers'],
  Discretization: ['numbers'],
  StringLookup: ['text'],
  IntegerLookup: ['integers', 'numbers'],
  TextVectorization: ['text'],
  Hashing: ['text', 'integers', 'numbers'],
  CategoryEncoding: ['integers', 'numbers'],
  FillMissing: ['numbers', 'integers', 'text'],
  MinMax: ['numbers'],
  Log: ['numbers'],
  Standardize: ['numbers'],
  FeaturewiseCenter: ['numbers'],
  FeaturewiseStd: ['numbers'],
  SamplewiseCenter: ['numbers'],
  SamplewiseStd: ['numbers'],
  ZCAWhitening: ['numbers'],
  CenterCrop: ['numbers'],
  Resizing: ['numbers'],
  Binarize: ['numbers'],
  Flatten: ['numbers'],
  STFTSpectrogram: ['numbers'],
  MelSpectrogram: ['numbers'],
}

/** Lists what is wrong in a chain that begins with these values. `path` leads to the chain. */
export function* chainRules(
  steps: readonly StepSpec[],
  first: StepValues,
  path: readonly (string | number)[],
): Iterable<RuleIssue> {
  let given = first
  for (const [index, step] of steps.entries()) {
    const { type } = step
    if (!TAKES[type].includes(given)) {
      const message = `found "${type}", which takes ${either(TAKES[type])}, but gets ${given}`
      yield { code: 'order', path: [...path, index], message }
      return
    }
    if (type === 'Hashing' && step.mask_value !== null) {
      // numbers lose their fraction before they are hashed
      yield* kindRule(step.mask_value, given === 'numbers' ? 'integers' : given, [...path, index, 'mask_value'])
    }
    if (type === 'FillMissing') yield* fillRules(step, given, [...path, index])
    else given = 'numbers'
  }
  if (given !== 'numbers') {
    const remedy =
      given === 'text'
        ? '"StringLookup", "TextVectorization" or "Hashing"'
        : '"IntegerLookup", "Hashing" or "CategoryEncoding"'
    yield { code: 'order', path, message: `found no step that makes numbers of ${given}; add ${remedy}` }
  }
}

/** Lists steps whose size follows from the training rows, for data whose form is known before they are read. */
export function* sizeRules(steps: readonly StepSpec[], path: readonly (string | number)[]): Iterable<RuleIssue> {
  for (const [index, step] of steps.entries()) {
    if (step.type !== 'IntegerLookup' || step.vocabulary !== null) continue
    const message = 'found no "vocabulary", which a data set that comes with the program needs'
    yield { code: 'order', path: [...path, index], message }
  }
}

function* fillRules(
  { strategy, value }: StepOf<'FillMissing'>,
  given: StepValues,
  path: readonly (string | number)[],
): Iterable<RuleIssue> {
  if (given !== 'numbers' && (strategy === 'mean' || strategy === 'median')) {
    const does = given === 'text' ? 'does' : 'do'
    const message = `found "${strategy}", which ${given} ${does} not have; must be "most_frequent" or "constant"`
    yield { code: 'order', path: [...path, 'strategy'], message }
  }
  if (strategy === 'constant' && value !== null) yield* kindRule(value, given, [...path, 'value'])
}

/** A value that stands for others must be of their kind. */
function* kindRule(value: string | number, given: StepValues, path: readonly (string | number)[]): Iterable<RuleIssue> {
  const kinds = {
    numbers: { must: 'a number', fits: typeof value === 'number' },
    text: { must: 'a text', fits: typeof value === 'string' },
    integers: { must: 'a whole number', fits: Number.isSafeInteger(value) },
  }
  const { must, fits } = kinds[given]
  if (!fits) yield { code: 'type', path, message: `found ${JSON.stringify(value)}, must be ${must}` }
}

export const stepSchema = family(STEPS).superRefine(rules(stepRules)).meta({ id: 'step' })

export const stepChain = z.array(stepSchema).max(LONGEST_LIST)
