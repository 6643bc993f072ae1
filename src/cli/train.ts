/** `train SPEC`: reads the spec, and trains it or goes on with its run. */
import { isRun } from '../run/resume.js'
import type { ExitCode } from './exit-codes.js'
import type { Io } from './io.js'
import { readWatched } from './read-watched.js'
import { resumeSpec } from './resume.js'
import { type TrainOptions, trainChecked } from './train-checked.js'

export async function trainSpec(file: string, options: TrainOptions, io: Io): Promise<ExitCode> {
  const { out, resume } = options
  const begun = resume && out !== undefined && (await isRun(out)) ? out : null
  if (begun !== null) return resumeSpec(file, begun, options, io)
  const checked = await readWatched(file, options, io)
  return trainChecked(file, checked, null, options, io)
}
