/** The process of rank 0, which trains on this machine and writes the results of the group. */
import { closeSync, openSync, statSync } from 'node:fs'
import { quotedWord } from '../base/shell-word.js'
import { type Cluster, startTraining, type TrainingProcess } from '../hosts/training-process.js'
import { OWN_COMMAND } from '../run/own-command.js'
import type { ResolvedSpec } from '../spec/spec.js'
import type { OptionTable } from './command.js'
import { optionWords } from './option-words.js'
import type { TrainOptions } from './train-checked.js'

export interface HostsOptions extends TrainOptions {
  readonly hosts: string | undefined
  readonly token: string | undefined
  readonly 'hosts-min': number | undefined
  readonly 'hosts-wait': number | undefined
  readonly insecure: boolean | undefined
}

/** A run on several machines, checked. */
export interface HostsRun {
  readonly file: string
  readonly options: HostsOptions
  /** The options of `train`. */
  readonly table: OptionTable
  /** As it was read at the beginning: the file may be changed since. */
  readonly spec: ResolvedSpec
  /** Folder of the run. */
  readonly directory: string
}

/** The options that only this process needs. */
const OF_GROUP = {
  hosts: undefined,
  token: undefined,
  'hosts-min': undefined,
  'hosts-wait': undefined,
  insecure: undefined,
}

/** The options that are in the resolved spec already. */
const IN_SPEC = { set: [], expect: [], engine: undefined, device: undefined }

/** Starts rank 0: the command that the user typed, with the folder of the run. `isAgain`: it goes on with the run. */
export function startFirst(
  { file, options, table, spec, directory }: HostsRun,
  cluster: Cluster,
  isAgain: boolean,
): TrainingProcess {
  const isGiven = file === '-' || isAgain
  const { events, ...given } = { ...options, ...OF_GROUP, ...(isGiven && IN_SPEC), out: directory }
  const descriptors = descriptorsIn([events, options.history])
  // events of the process before are kept
  const appended = isAgain && events !== undefined && isFile(events) ? openSync(events, 'a') : null
  const last = Math.max(2, ...descriptors)
  const stdio: ('ignore' | 'inherit' | number)[] = ['inherit', 'inherit']
  for (let number = 3; number <= last; number++) stdio.push(descriptors.includes(number) ? number : 'ignore')
  if (appended !== null) stdio.push(appended)
  const words = optionWords(table, {
    ...given,
    events: appended === null ? events : `fd:${last + 1}`,
    resume: isAgain || options.resume,
  })
  try {
    return startTraining(cluster, {
      command: OWN_COMMAND,
      args: [isGiven ? '-' : file, ...words],
      input: isGiven ? JSON.stringify(spec) : null,
      stdio,
    })
  } finally {
    if (appended !== null) closeSync(appended)
  }
}

/** Numbers of the descriptors that places name: `fd:3`, or `/dev/fd/63` of a shell's `>(program)`. */
const descriptorsIn = (places: readonly (string | undefined)[]): readonly number[] =>
  places.flatMap((place) => {
    const [, digits] = /^(?:fd:|\/dev\/fd\/|\/proc\/self\/fd\/)(\d{1,4})$/.exec(place ?? '') ?? []
    return digits === undefined || Number(digits) < 3 ? [] : [Number(digits)]
  })

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

/** The command that goes on with the run. */
export const goOnCommand = ({ file, options, table, directory }: HostsRun): string => {
  const words = optionWords(table, { ...options, out: directory, resume: true })
  return ['train', file, ...words].map(quotedWord).join(' ')
}
