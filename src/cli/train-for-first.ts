/** Trains as one of several hosts, but not the first: the first one writes the results and reads checkpoints. */
import { hostsIn } from '../hosts/tf-config.js'
import type { ExitCode } from './exit-codes.js'
import type { Io } from './io.js'
import { readWatched } from './read-watched.js'
import { type TrainOptions, trainChecked } from './train-checked.js'

/** True if another process of the group is the first. */
export const isOtherHost = (): boolean => (hostsIn(process.env)?.rank ?? 0) > 0

/** Prints errors only. */
export async function trainForFirst(file: string, given: TrainOptions, io: Io): Promise<ExitCode> {
  const nowhere = { out: undefined, history: undefined, events: undefined, mlflow: undefined }
  const options: TrainOptions = { ...given, ...nowhere, resume: undefined, 'allow-change': undefined, verbose: '0' }
  const { spec, ...rest } = await readWatched(file, options, io)
  // the first host judges
  return trainChecked(file, { ...rest, spec: { ...spec, expect: {} } }, null, options, io)
}
