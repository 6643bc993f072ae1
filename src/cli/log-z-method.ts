/** `--exact` and `--ais chains=100,betas=10000`: how log Z of a trained RBM is computed. */
import { UserError } from '../base/issue.js'
import { sizeOf } from '../base/shape.js'
import { dataInfo } from '../data/registry.js'
import { isEnumerable, MOST_ENUMERATED } from '../model/rbm/log-partition.js'
import { visibleRule } from '../model/rbm/units.js'
import type { LogZMethod } from '../run/likelihood.js'
import type { StoredRun } from '../run/open-run.js'
import { isUnsupervised, type UnsupervisedSpec } from '../spec/spec.js'

const DEFAULTS = { chains: 100, betas: 10_000 }
const MURRAY = 'murray'

export interface LogZOptions {
  readonly ais: string | undefined
  readonly exact: true | undefined
}

/** What the command line asks for, if anything; a UserError where this run cannot have it. */
export function logZMethod({ ais, exact }: LogZOptions, { directory, spec }: StoredRun): LogZMethod | undefined {
  if (ais === undefined && !exact) return undefined
  if (ais !== undefined && exact) throw new UserError('--ais and --exact: one at a time')
  const option = exact ? '--exact' : '--ais'
  if (!isUnsupervised(spec)) {
    throw new UserError(`${option}: ${directory} has a model of type ${spec.model.type}; log Z is of those of type RBM`)
  }
  const { hidden } = spec.model
  if (hidden.type !== 'bernoulli') {
    throw new UserError(
      `${option}: the hidden units are ${hidden.type}, whose samples are approximate: there is no sum over their states; log Z is computed of Bernoulli hidden units only`,
    )
  }
  return exact ? exactMethod(spec) : aisMethod(ais!)
}

function exactMethod({ data, model }: UnsupervisedSpec): LogZMethod {
  const { hidden_units: hiddenUnits } = model
  const visibleUnits = sizeOf(dataInfo(data).sampleShape)
  const rule = visibleRule(model)
  if (isEnumerable({ visibleUnits, hiddenUnits }, rule)) return { type: 'exact' }
  const side = rule.isBinary ? 'one side' : 'the hidden side'
  throw new UserError(
    `--exact: of ${visibleUnits} visible and ${hiddenUnits} hidden units ${side} must have at most ${MOST_ENUMERATED}; --ais chains=100,betas=10000 estimates log Z of any model`,
  )
}

/** `chains=100,betas=10000`, in any order; what is left out has its default. */
function aisMethod(text: string): LogZMethod {
  const found: Record<string, string> = {}
  for (const part of text.split(',')) {
    const [key, value, ...more] = part.split('=')
    const isCount = /^[1-9][0-9]{0,6}$/.test(value ?? '')
    const isRight = key === 'chains' ? isCount : key === 'betas' && (isCount || value === MURRAY)
    if (!isRight || more.length > 0) {
      throw new UserError(
        `--ais: found "${part}", must be chains=N or betas=N (or betas=${MURRAY}), with a comma between`,
      )
    }
    found[key!] = value!
  }
  const { chains = DEFAULTS.chains, betas = DEFAULTS.betas } = found
  return { type: 'ais', chains: Number(chains), betas: betas === MURRAY ? MURRAY : Number(betas) }
}
