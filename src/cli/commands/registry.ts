/** Every command. A new one is a file in this folder and a line in this table. */
import { baseline } from './baseline.js'
import { bench } from './bench.js'
import { check } from './check.js'
import { compare } from './compare.js'
import { completion } from './completion.js'
import { data } from './data.js'
import { doctor } from './doctor.js'
import { evaluate } from './evaluate.js'
import { explain } from './explain.js'
import { exportModel } from './export.js'
import { findLr } from './find-lr.js'
import { history } from './history.js'
import { importModel } from './import.js'
import { init } from './init.js'
import { plot } from './plot.js'
import { predict } from './predict.js'
import { render } from './render.js'
import { report } from './report.js'
import { resume } from './resume.js'
import { runs } from './runs.js'
import { sample } from './sample.js'
import { schema } from './schema.js'
import { serve } from './serve.js'
import { setup } from './setup.js'
import { summary } from './summary.js'
import { sweep } from './sweep.js'
import { train } from './train.js'
import { transform } from './transform.js'
import { validate } from './validate.js'
import { verifyResume } from './verify-resume.js'
import { worker } from './worker.js'

/** Commands in the order of the help. `train`, the first, needs no name on the command line. */
export const COMMANDS = {
  train,
  resume,
  'verify-resume': verifyResume,
  init,
  validate,
  explain,
  render,
  schema,
  data,
  setup,
  doctor,
  bench,
  'find-lr': findLr,
  sweep,
  worker,
  summary,
  evaluate,
  baseline,
  check,
  history,
  plot,
  report,
  compare,
  runs,
  predict,
  serve,
  export: exportModel,
  import: importModel,
  sample,
  transform,
  completion,
} as const
