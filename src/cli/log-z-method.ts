/** The options `--exact` and `--ais chains=100,betas=10000`, which choose how log Z of a trained RBM is computed. */
import { type DataForm, soleInput } from '../base/form.js'
import { UserError } from '../base/issue.js'
import { sizeOf } from '../base/shape.js'
import { isEnumerable, MOST_ENUMERATED } from '../model/rbm/log-partition.js'
import { visibleRule } from '../model/rbm/units.js'
import type { LogZMethod } from '../run/likelihood.js'
import { isUnsupervised, type ResolvedSpec, type UnsupervisedSpec } from '../spec/spec.js'

const DEFAULTS = { chains: 100, betas: 10_000 }
const MURRAY = 'murray'

export interface LogZOptions {
  readonly ais: string | undefined
  readonly exact: true | undefined
}

/** Returns the method that the options ask for, if any. Throws a UserError if it cannot be used on this run. */
export function logZMethod(
  { ais, exact }: LogZOptions,
  { directory, spec, form }: { readonly directory: string; readonly spec: ResolvedSpec; readonly form: DataForm },
): LogZMethod | undefined {
  if (ais === undefined && !exact) return undefined
  if (ais !== undefined && exact) throw new UserError('--ais and --exact cannot be used together')
  const option = exact ? '--exact' : '--ais'
  if (!isUnsupervised(spec)) {
    throw new UserError(
      `${option}: ${directory} holds a model of type ${spec.model.type}, but only a model of type RBM has a log Z`,
    )
  }
  const { hidden } = spec.model
  if (hidden.type !== 'bernoulli') {
    throw new UserError(
      `${option}: log Z can be computed only for Bernoulli hidden units, but those of this model are ${hidden.type}, whose states cannot be summed over`,
    )
  }
  return exact ? exactMethod(spec, form) : aisMethod(ais!)
}

function exactMethod(spec: UnsupervisedSpec, form: DataForm): LogZMethod {
  const { hidden_units: hiddenUnits } = spec.model
  const visibleUnits = sizeOf(soleInput(form).shape)
  const rule = visibleRule(spec.model)
  if (isEnumerable({ visibleUnits, hiddenUnits }, rule)) return { type: 'exact' }
  const side = rule.isBinary ? 'one side' : 'the hidden side'
  throw new UserError(
    `--exact: found ${visibleUnits} visible and ${hiddenUnits} hidden units, but ${side} must have at most ${MOST_ENUMERATED}; --ais chains=100,betas=10000 estimates log Z of any model`,
  )
}

/** Parses `chains=100,betas=10000`, in any order. A part that is left out gets its default. */
function aisMethod(text: string): LogZMethod {
  const found: Record<string, string> = {}
  for (const part of text.split(',')) {
    const [key, value, ...more] = part.split('=')
    const isCount = /^[1-9][0-9]{0,6}$/.test(value ?? '')
    const isRight = key === 'chains' ? isCount : key === 'betas' && (isCount || value === MURRAY)
    if (!isRight || more.length > 0) {
      throw new UserError(`--ais: found "${part}", must be chains=N, betas=N or betas=${MURRAY}, separated by a comma`)
    }
    found[key!] = value!
  }
  const { chains = DEFAULTS.chains, betas = DEFAULTS.betas } = found
  return { type: 'ais', chains: Number(chains), betas: betas === MURRAY ? MURRAY : Number(betas) }
}
