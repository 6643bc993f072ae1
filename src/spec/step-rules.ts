/** Checks that the arguments of a step fit one another. */
import { spectrogramRules } from './audio.js'
import type { RuleIssue } from './family.js'
import { pictureRules } from './pictures.js'
import type { StepOf, StepSpec } from './steps.js'
import { textRules } from './text-rules.js'
import { paddingRules, repeatedToken, tokenRules, weightRules, withoutSpecial } from './token-rules.js'

/** Lists what is wrong in a step by itself, as its constructor does in Keras. */
export function* stepRules(step: StepSpec): Iterable<RuleIssue> {
  switch (step.type) {
    case 'Normalization':
      return yield* normalizationRules(step)
    case 'Discretization':
      return yield* discretizationRules(step)
    case 'StringLookup':
    case 'IntegerLookup':
      return yield* lookupRules(step)
    case 'TextVectorization':
      return yield* textRules(step)
    case 'STFTSpectrogram':
    case 'MelSpectrogram':
      return yield* spectrogramRules(step)
    case 'FillMissing':
      if (step.strategy === 'constant' && step.value === null) {
        yield { code: 'order', path: ['value'], message: 'found no value, but strategy "constant" needs one' }
      } else if (step.strategy !== 'constant' && step.value !== null) {
        yield { code: 'order', path: ['value'], message: `found a value, but only strategy "constant" uses it` }
      }
      return
    case 'Resizing':
      return yield* pictureRules(step)
    case 'MinMax':
      if (step.feature_range[0]! >= step.feature_range[1]!) {
        const message = `found ${step.feature_range.join(', ')}, must rise`
        yield { code: 'range', path: ['feature_range'], message }
      }
  }
}

function* normalizationRules({ axis, mean, variance }: StepOf<'Normalization'>): Iterable<RuleIssue> {
  if ((mean === null) !== (variance === null)) {
    const [there, missing] = mean === null ? ['variance', 'mean'] : ['mean', 'variance']
    yield { code: 'order', path: [there], message: `found ${there} without ${missing}, must be both or none` }
    return
  }
  const sizes = [mean, variance].map((given) => (Array.isArray(given) ? given.length : 0))
  if (sizes[0] !== sizes[1]) {
    yield { code: 'shape', path: ['variance'], message: 'must have as many numbers as mean' }
  }
  if (axis === null && sizes[0]! > 0) {
    yield { code: 'shape', path: ['mean'], message: 'found a list, must be one number if axis is null' }
  }
  const negative = [variance].flat().some((one) => one !== null && (one as number) < 0)
  if (negative) yield { code: 'range', path: ['variance'], message: 'must be at least 0' }
}

function* discretizationRules(step: StepOf<'Discretization'>): Iterable<RuleIssue> {
  const { bin_boundaries: boundaries, num_bins } = step
  if (boundaries === null && num_bins === null) {
    yield { code: 'order', path: [], message: 'found neither "num_bins" nor "bin_boundaries", must be one of them' }
  } else if (boundaries !== null && num_bins !== null) {
    yield { code: 'order', path: ['num_bins'], message: 'found in addition to "bin_boundaries", must be one of them' }
  }
  yield* binRules(step)
}

/** Given boundaries must rise, and learned ones be no finer than the tolerance. */
export function* binRules({
  bin_boundaries: boundaries,
  num_bins: bins,
  epsilon,
}: Pick<StepOf<'Discretization'>, 'bin_boundaries' | 'num_bins' | 'epsilon'>): Iterable<RuleIssue> {
  if (boundaries === null && bins !== null && bins > Math.ceil(1 / epsilon)) {
    const message = `found ${bins}, must be at most ${Math.ceil(1 / epsilon)}, which is 1 / epsilon`
    yield { code: 'range', path: ['num_bins'], message }
  }
  const fall = boundaries?.findIndex((boundary, index) => index > 0 && boundary <= boundaries[index - 1]!) ?? -1
  if (fall < 0) return
  const message = `found ${boundaries![fall]} after ${boundaries![fall - 1]}, must rise`
  yield { code: 'range', path: ['bin_boundaries', fall], message }
}

function* lookupRules(step: StepOf<'StringLookup' | 'IntegerLookup'>): Iterable<RuleIssue> {
  const { max_tokens, vocabulary, output_mode, mask_token } = step
  const masks = output_mode === 'int' && mask_token !== null ? 1 : 0
  yield* tokenRules(step, masks)
  yield* paddingRules(step)
  yield* weightRules(step)
  if (step.type === 'IntegerLookup' && step.salt !== null && step.oov_method !== 'farmhash') {
    yield { code: 'order', path: ['salt'], message: 'found a key, but only oov_method "farmhash" uses one' }
  }
  if (vocabulary === null) return
  const tokens = ownTokens(step)
  const least = step.num_oov_indices + masks + tokens.length
  if (max_tokens !== null && max_tokens < least) {
    const message = `found ${max_tokens}, must be at least ${least} for the given vocabulary`
    yield { code: 'range', path: ['max_tokens'], message }
  }
  for (const message of repeatedToken(tokens)) yield { code: 'range', path: ['vocabulary'], message }
  if (mask_token !== null && tokens.includes(mask_token as never)) {
    yield { code: 'range', path: ['vocabulary'], message: `found mask_token ${JSON.stringify(mask_token)} in it` }
  }
}

/**
 * The given vocabulary of a lookup without the tokens for the mask and unseen values, which it may begin with
 * (keras/src/layers/preprocessing/index_lookup.py, `set_vocabulary`).
 */
export function ownTokens(step: StepOf<'StringLookup' | 'IntegerLookup'>): readonly (string | number)[] {
  const { vocabulary, mask_token, oov_token, num_oov_indices, output_mode } = step
  const masks = mask_token !== null && output_mode === 'int' ? [mask_token] : []
  return withoutSpecial(vocabulary!, [...masks, ...Array<string | number | null>(num_oov_indices).fill(oov_token)])
}
