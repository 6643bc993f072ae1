/** Every command. A new one is a file of this folder and a line of this table. */
import { bench } from './bench.js'
import { completion } from './completion.js'
import { doctor } from './doctor.js'
import { evaluate } from './evaluate.js'
import { findLr } from './find-lr.js'
import { sample } from './sample.js'
import { setup } from './setup.js'
import { summary } from './summary.js'
import { train } from './train.js'
import { transform } from './transform.js'
import { validate } from './validate.js'

/** In the order of the help. The first is the one without a name on the command line. */
export const COMMANDS = {
  train,
  validate,
  setup,
  doctor,
  bench,
  'find-lr': findLr,
  summary,
  evaluate,
  sample,
  transform,
  completion,
} as const
