/**
 * `train SPEC --hosts`: trains on several machines. This process supervises: it starts rank 0 as a process of this
 * machine, has workers start the other ranks, and starts all of them anew when one is lost.
 */
import { rmdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { UserError } from '../base/issue.js'
import { removeTemporaries } from '../base/temporary.js'
import { isUrl } from '../base/url.js'
import { within, withPaths } from '../data/own/paths.js'
import { reserveRunDirectory } from '../export/run-directory.js'
import { type HostAddress, parseHosts } from '../hosts/address.js'
import { connectHost, type LinkOptions } from '../hosts/host-link.js'
import { TF_CONFIG } from '../hosts/tf-config.js'
import { readToken, type Token } from '../hosts/token.js'
import { trainGroup } from '../hosts/train-group.js'
import { requirePrivateHost, requirePrivateMachine } from '../hosts/trusted-network.js'
import { refuseForHosts } from '../run/agree.js'
import { engineOf, newestCheckpoints, openResume } from '../run/open-resume.js'
import { requireSpec } from '../run/read-spec.js'
import { isRun } from '../run/resume.js'
import { ownVersion } from '../run/versions.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { checkAll } from './check-all.js'
import type { OptionTable } from './command.js'
import { eventsPlace } from './events.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { goOnCommand, type HostsOptions, type HostsRun, startFirst } from './first-rank.js'
import { type Io, mayRedraw, RESET_TERMINAL, say } from './io.js'
import { overridesOf } from './overrides.js'
import { passSignals } from './pass-signals.js'
import { checkRunPlaces } from './places.js'
import { resumeSpec } from './resume.js'
import { dataSupply } from './supply-data.js'
import { watchingData } from './watch-data.js'

/** Seconds to wait for hosts: at the beginning, and when one was lost. */
const WAITS = { first: 600, again: 60 }

/** `table`: the options of `train`. */
export async function trainOnHosts(file: string, options: HostsOptions, table: OptionTable, io: Io): Promise<ExitCode> {
  const { hosts, token, least } = await checkedOptions(options, io)
  const { spec, given, isComplete } = await checkedRun(file, options, io)
  // it says so, and needs no other host
  if (isComplete) return resumeSpec(file, options.out!, options, io)
  const directory = options.out ?? (await reserveRunDirectory(spec.name))
  const run: HostsRun = { file, options, table, spec, directory }
  const own = passSignals(io)
  const wait = options['hosts-wait']
  const isQuiet = options.verbose === '0'
  const link: LinkOptions = {
    ...{ token, version: ownVersion(), host: hostname() },
    check: options.insecure ? () => {} : requirePrivateHost,
  }
  const tell = (line: string) => {
    // the bar of a process that was killed may be on the screen
    if (own.hasStarted() && mayRedraw(io, io.stderr)) io.stderr.write(RESET_TERMINAL)
    say(io, line)
  }
  const note = (line: string) => (isQuiet ? undefined : say(io, line))
  const data = dataSupply({ spec, given, isQuiet, io, note })
  try {
    const end = await trainGroup({
      ...{ hosts, least, signal: own.signal, lostCode: EXIT.groupLost },
      waits: { first: 1000 * (wait ?? WAITS.first), again: 1000 * (wait ?? WAITS.again) },
      connect: (address, signal) => connectHost(address, link, signal),
      task: {
        ...{ name: spec.name, spec: JSON.stringify(specAnywhere(spec)), wait: Math.max(wait ?? 0, WAITS.first) },
        ...(options.workers !== undefined && { workers: options.workers }),
        ...(options['pause-after'] !== undefined && { pauseAfter: options['pause-after'] }),
      },
      start: (cluster, isAgain) => own.started(startFirst(run, cluster, isAgain)),
      supply: data.supply,
      progress: async () => `${await newestCheckpoints(directory)} ${data.sent()}`,
      ...{ say: tell, note },
    })
    if ('code' in end) {
      if (end.code === own.code() && !isQuiet) say(io, `On the same machines: ${goOnCommand(run)}`)
      return end.code as ExitCode
    }
    tell(own.code() === null ? `${end.lost} To go on: ${goOnCommand(run)}` : end.lost)
    return own.code() ?? EXIT.groupLost
  } catch (error) {
    const code = own.code()
    if (code === null || !own.signal.aborted || error !== own.signal.reason) throw error
    // the data may be packed just now
    removeTemporaries()
    say(io, own.hasStarted() ? `Interrupted. To go on: ${goOnCommand(run)}` : 'Interrupted.')
    return code
  } finally {
    own.stop()
    // a folder that was reserved and not used
    if (options.out === undefined) await rmdir(directory).catch(() => {})
  }
}

/** Checks what the options say about hosts. Throws a UserError with every problem. */
async function checkedOptions(options: HostsOptions, io: Io) {
  if (io.env[TF_CONFIG]) {
    throw new UserError(`--hosts: ${TF_CONFIG} in the environment names another group. Use one of the two.`)
  }
  let hosts: readonly HostAddress[] = []
  let token: Token | undefined
  await checkAll([
    () => {
      hosts = parseHosts(options.hosts!)
      const all = hosts.length + 1
      const least = options['hosts-min'] ?? all
      if (least > all) throw new UserError(`--hosts-min: found ${least}, must be at most ${all}, this machine included`)
    },
    async () => {
      token = await readToken(options.token!)
    },
    () => options.insecure || requirePrivateMachine(),
  ])
  return { hosts, token: token!, least: options['hosts-min'] ?? hosts.length + 1 }
}

/** Checks the spec and the places of its results, before another host is asked. Throws a UserError. */
async function checkedRun(file: string, options: HostsOptions, io: Io) {
  const { out, resume } = options
  const place = options.events === undefined ? null : eventsPlace(options.events)
  const begun = resume && out !== undefined && (await isRun(out)) ? out : null
  const isTrained = begun !== null && (await engineOf(begun)) !== null
  const { spec, data } = await watchingData(io, (watch) =>
    requireSpec(file, overridesOf(options), io.stdin, watch, { isTrained }),
  )
  refuseForHosts(spec)
  await checkRunPlaces(spec, file, options, place, begun)
  const allowsChange = options['allow-change'] ?? false
  const opened = begun === null ? null : await openResume(begun, spec, { allowsChange })
  return { spec, given: data.given, isComplete: opened !== null && opened.complete !== null }
}

/** A spec that can be read in any folder. */
function specAnywhere(spec: ResolvedSpec): ResolvedSpec {
  const change = (path: string) => (isUrl(path) ? path : within(process.cwd(), path))
  return {
    ...spec,
    data: withPaths(spec.data, change),
    ...(spec.start && { start: { ...spec.start, from: resolve(spec.start.from) } }),
  } as ResolvedSpec
}
