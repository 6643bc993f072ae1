/** Says the parts of a layer: activations, initializers, regularizers and constraints. */
import { nearest } from '../base/nearest.js'
import { NOT_IN_TFJS } from '../model/layers/saved.js'
import { ACTIVATIONS } from '../spec/activations.js'
import { CONSTRAINTS } from '../spec/constraints.js'
import { INITIALIZERS } from '../spec/initializers.js'
import { snakeCase } from '../spec/layers/layer.js'
import { REGULARIZERS } from '../spec/regularizers.js'
import { familyOf, type Named, namedIn, type Said, said } from './fields.js'
import type { Dialect } from './found-model.js'
import { lookUp, shown } from './outside.js'

const FAMILIES = {
  initializer: familyOf(INITIALIZERS),
  regularizer: familyOf(REGULARIZERS),
  constraint: familyOf(CONSTRAINTS),
}

/** Says the value of `kernel_initializer` and the like. Undefined if the name of the argument is of another kind. */
export function partOf(argument: string, value: unknown, dialect: Dialect): Said | undefined {
  const [, kind] = /(?:^|_)(initializer|regularizer|constraint)$/.exec(argument) ?? []
  if (kind === undefined) return undefined
  if (value === null && kind !== 'initializer') return { value: null }
  const given = namedIn(value)
  return said(given && modern(given, dialect), FAMILIES[kind as keyof typeof FAMILIES], kind)
}

/** Renames what Keras 3 calls otherwise. */
function modern({ name, config }: Named, dialect: Dialect): Named {
  if (name === 'VarianceScaling' && dialect !== 'keras3') return scaling(config)
  // keras/initializations.py of Keras 1.2.2
  if (name === 'orthogonal' && dialect === 'keras1') return { name, config: { gain: 1.1, ...config } }
  if (OLD_REGULARIZERS.test(name)) return { name: 'L1L2', config }
  if (name.toLowerCase() === 'maxnorm' && 'm' in config)
    return { name: 'MaxNorm', config: { max_value: config.m, axis: config.axis ?? null } }
  return { name: lookUp(OLD_NAMES, name) ?? name, config }
}

const OLD_REGULARIZERS = /^(Weight|Activity|L1|L2|L1L2)Regularizer$/
const OLD_NAMES: Readonly<Record<string, string>> = { maxnorm: 'MaxNorm', nonneg: 'NonNeg', unitnorm: 'UnitNorm' }

/** Initializers that are a VarianceScaling: mode, scale, and distribution, which was called `normal` at first. */
const SCALINGS: Readonly<Record<string, string>> = {
  'fan_avg 1 uniform': 'glorot_uniform',
  'fan_avg 1 truncated_normal': 'glorot_normal',
  'fan_in 2 uniform': 'he_uniform',
  'fan_in 2 truncated_normal': 'he_normal',
  'fan_in 1 uniform': 'lecun_uniform',
  'fan_in 1 truncated_normal': 'lecun_normal',
}

function scaling(config: Named['config']): Named {
  const distribution = config.distribution === 'normal' ? 'truncated_normal' : config.distribution
  const name = SCALINGS[`${config.mode} ${config.scale} ${distribution}`]
  return name === undefined ? { name: 'VarianceScaling', config: { ...config, distribution } } : { name, config: {} }
}

/**
 * Says an activation. `isOldHardSigmoid` is true for `hard_sigmoid` before Keras 3, which is clip(0.2 x + 0.5, 0, 1);
 * that of a spec is clip(x / 6 + 0.5, 0, 1), so they agree if x is 1.2 times as large.
 */
export function activationOf(
  value: unknown,
  dialect: Dialect,
):
  | { readonly value: string; readonly isOldHardSigmoid: boolean }
  | { readonly problem: string; readonly nearest?: string | undefined } {
  if (value === null) return { value: 'linear', isOldHardSigmoid: false }
  const given = namedIn(value)
  const isOwn = given?.name.startsWith(NOT_IN_TFJS) === true
  const name = given && snakeCase(isOwn ? given.name.slice(NOT_IN_TFJS.length) : given.name)
  if (name === undefined || !Object.hasOwn(ACTIVATIONS, name) || Object.keys(given!.config).length > 0) {
    const words = given ? shown(given.name) : shown(value)
    return {
      problem: `is ${words}, and a spec has no such activation`,
      nearest: name && nearest(name, Object.keys(ACTIVATIONS)),
    }
  }
  return { value: name, isOldHardSigmoid: name === 'hard_sigmoid' && dialect !== 'keras3' && !isOwn }
}
