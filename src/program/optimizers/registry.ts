/** Optimizers by their name in a spec. */
import { type ByType, callByType } from '../../base/by-type.js'
import type { OptimizerSpec } from '../../spec/spec.js'
import { adadelta } from './adadelta.js'
import { adafactor } from './adafactor.js'
import { adagrad } from './adagrad.js'
import { adam } from './adam.js'
import { adamax } from './adamax.js'
import { ftrl } from './ftrl.js'
import { lamb } from './lamb.js'
import { lion } from './lion.js'
import { muon } from './muon.js'
import { nadam } from './nadam.js'
import type { Optimizer } from './optimizer.js'
import { rmsprop } from './rmsprop.js'
import { sgd } from './sgd.js'

const OPTIMIZERS: ByType<OptimizerSpec, [], Optimizer> = {
  SGD: sgd,
  RMSprop: rmsprop,
  Adam: adam,
  AdamW: adam,
  Adadelta: adadelta,
  Adagrad: adagrad,
  Adamax: adamax,
  Nadam: nadam,
  Ftrl: ftrl,
  Lion: lion,
  Lamb: lamb,
  Adafactor: adafactor,
  Muon: muon,
}

/** The optimizer of a spec. */
export const buildOptimizer = (spec: OptimizerSpec): Optimizer => callByType(OPTIMIZERS, spec)
