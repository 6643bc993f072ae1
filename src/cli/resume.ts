/** `train resume RUN`, and `train SPEC --resume` for a run that has begun. */
import type { History } from '../export/history.js'
import { specOf } from '../run/open-model.js'
import { engineOf, openResume } from '../run/open-resume.js'
import { requireSpec } from '../run/read-spec.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { type Io, say } from './io.js'
import { overridesOf } from './overrides.js'
import { type TrainOptions, trainChecked } from './train-checked.js'
import { isOtherHost, trainForFirst } from './train-for-first.js'
import { watchingData } from './watch-data.js'

/** Options of `train resume`. */
export type ResumeOptions = Omit<TrainOptions, 'out' | 'resume'>

export const resumeRun = async (directory: string, options: ResumeOptions, io: Io): Promise<ExitCode> =>
  resumeSpec(await specOf(directory), directory, { ...options, out: undefined, resume: true }, io)

/** Goes on with the run in a folder, if it is one of this spec, on the engine of its checkpoint unless one is chosen. */
export async function resumeSpec(file: string, directory: string, options: TrainOptions, io: Io): Promise<ExitCode> {
  if (isOtherHost()) return trainForFirst(file, options, io)
  const before = await engineOf(directory)
  const isChosen = options.engine !== undefined || options.set.some((one) => /^(engine|device)\b/.test(one))
  const { engine, device } =
    before === null || isChosen ? options : { ...before, device: options.device ?? before.device }
  const overrides = overridesOf({ ...options, engine, device })
  const checked = await watchingData(io, (watch) =>
    requireSpec(file, overrides, io.stdin, watch, { isTrained: before !== null }),
  )
  const allowsChange = options['allow-change'] ?? false
  const { complete, resume, spec } = await openResume(directory, checked.spec, { allowsChange })
  if (complete === null) return trainChecked(file, checked, { ...resume, directory, spec }, options, io)
  if (options.verbose !== '0') say(io, completeWords(directory, complete))
  return codeOf(complete)
}

const completeWords = (directory: string, { stop }: History): string =>
  stop.reason === 'diverged'
    ? `The run in ${directory} diverged in epoch ${stop.epoch}, and would again. To go on with other settings: --allow-change --set PATH=VALUE`
    : `The run in ${directory} is complete: nothing is left to do.`

/** The exit code with which a run ended. */
function codeOf({ stop, expectations }: History): ExitCode {
  if (stop.reason === 'diverged') return EXIT.diverged
  if (stop.reason === 'missing_row') return EXIT.badInput
  return expectations.every(({ passed }) => passed) ? EXIT.done : EXIT.expectationFailed
}
