/** Trains as one of several hosts, but not the first: the first one writes the results and reads checkpoints. */
import { UserError } from '../base/issue.js'
import type { OpenData } from '../data/data.js'
import type { openData } from '../data/load.js'
import { HOSTS_PACK, hostsIn } from '../hosts/tf-config.js'
import { type CheckedSpec, requireSpec } from '../run/read-spec.js'
import type { ExitCode } from './exit-codes.js'
import type { Io } from './io.js'
import { overridesOf } from './overrides.js'
import { type TrainOptions, trainChecked } from './train-checked.js'
import { watchingData } from './watch-data.js'

/** True if another process of the group is the first. */
export const isOtherHost = (): boolean => (hostsIn(process.env)?.rank ?? 0) > 0

/** Prints errors only. */
export async function trainForFirst(file: string, given: TrainOptions, io: Io): Promise<ExitCode> {
  const nowhere = { out: undefined, history: undefined, events: undefined, mlflow: undefined }
  const options: TrainOptions = { ...given, ...nowhere, resume: undefined, 'allow-change': undefined, verbose: '0' }
  const { spec, ...rest } = await readOnOtherHost(file, options, io)
  // the first host judges
  return trainChecked(file, { ...rest, spec: { ...spec, expect: {} } }, null, options, io)
}

/** Reads the spec. Its data may come from a pack; the weights with which training begins come from the first host. */
async function readOnOtherHost(file: string, options: TrainOptions, io: Io): Promise<CheckedSpec> {
  const pack = process.env[HOSTS_PACK]
  const reading = { isTrained: true, ...(pack !== undefined && { open: openFrom(pack) }) }
  try {
    return await watchingData(io, (watch) => requireSpec(file, overridesOf(options), io.stdin, watch, reading))
  } catch (error) {
    const isOfFiles = error instanceof UserError && error.issues.some(({ pointer }) => pointer.startsWith('/data'))
    if (!isOfFiles) throw error
    throw new UserError(`${error.message} ${SAME_PATHS}`, error.issues)
  }
}

const SAME_PATHS =
  'All hosts read the data under the same paths. "train --hosts" sends the data to hosts that do not have them.'

/** Opens data from a pack that was sent to this host. */
export const openFrom =
  (name: string): typeof openData =>
  async ({ data, seed }): Promise<OpenData> => {
    const [{ findPack }, { openSent }] = await Promise.all([
      import('../data/packs/pack-folder.js'),
      import('../data/own/sent-data.js'),
    ])
    const pack = findPack(name)
    if (!pack || !('source' in data)) {
      throw new UserError(`The pack ${name} of the data has been removed from the cache of this host. Start again.`)
    }
    return openSent({ data, seed }, pack)
  }
