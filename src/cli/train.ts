/** `train SPEC`: reads the spec, and trains it or goes on with its run. */
import { isRun } from '../run/resume.js'
import type { OptionTable } from './command.js'
import type { ExitCode } from './exit-codes.js'
import type { HostsOptions } from './first-rank.js'
import type { Io } from './io.js'
import { readWatched } from './read-watched.js'
import { resumeSpec } from './resume.js'
import { trainChecked } from './train-checked.js'
import { isOtherHost, trainForFirst } from './train-for-first.js'

/** `table`: the options of the command. */
export async function trainSpec(file: string, options: HostsOptions, table: OptionTable, io: Io): Promise<ExitCode> {
  const { out, resume, hosts } = options
  if (hosts !== undefined) return (await import('./train-hosts.js')).trainOnHosts(file, options, table, io)
  if (isOtherHost()) return trainForFirst(file, options, io)
  const begun = resume && out !== undefined && (await isRun(out)) ? out : null
  if (begun !== null) return resumeSpec(file, begun, options, io)
  const checked = await readWatched(file, options, io)
  return trainChecked(file, checked, null, options, io)
}
