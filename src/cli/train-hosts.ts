/**
 * `train SPEC --hosts`: trains on several machines. This process supervises: it starts rank 0 as a process of this
 * machine, has workers start the other ranks, and starts all of them anew when one is lost.
 */
import { closeSync, openSync, statSync } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { UserError } from '../base/issue.js'
import { quotedWord } from '../base/shell-word.js'
import { isUrl } from '../base/url.js'
import { within, withPaths } from '../data/own/paths.js'
import { reserveRunDirectory } from '../export/run-directory.js'
import { type HostAddress, parseHosts } from '../hosts/address.js'
import { connectHost, type LinkOptions } from '../hosts/host-link.js'
import { readToken, type Token } from '../hosts/token.js'
import { trainGroup } from '../hosts/train-group.js'
import { type Cluster, startTraining, type TrainingProcess } from '../hosts/training-process.js'
import { requirePrivateHost, requirePrivateMachine } from '../hosts/trusted-network.js'
import { engineOf, newestCheckpoints, openResume } from '../run/open-resume.js'
import { OWN_COMMAND } from '../run/own-command.js'
import { type CheckedSpec, requireSpec } from '../run/read-spec.js'
import { isRun } from '../run/resume.js'
import { ownVersion } from '../run/versions.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { checkAll } from './check-all.js'
import type { OptionTable } from './command.js'
import { eventsPlace } from './events.js'
import { END_SIGNALS, EXIT, type ExitCode } from './exit-codes.js'
import { outlivesTerminal } from './hang-up.js'
import { type Io, mayRedraw, RESET_TERMINAL, RESIZE_SIGNAL, SAVE_SIGNAL, say } from './io.js'
import { optionWords } from './option-words.js'
import { overridesOf } from './overrides.js'
import { checkRunPlaces } from './places.js'
import { resumeSpec } from './resume.js'
import type { TrainOptions } from './train-checked.js'
import { watchingData } from './watch-data.js'

export interface HostsOptions extends TrainOptions {
  readonly hosts: string | undefined
  readonly token: string | undefined
  readonly 'hosts-min': number | undefined
  readonly 'hosts-wait': number | undefined
  readonly insecure: boolean | undefined
}

/** Seconds to wait for hosts: at the beginning, and when one was lost. */
const WAITS = { first: 600, again: 60 }

/** A run on several machines, checked. */
interface HostsRun {
  readonly file: string
  readonly options: HostsOptions
  readonly table: OptionTable
  readonly hosts: readonly HostAddress[]
  readonly spec: ResolvedSpec
  /** Folder of the run. */
  readonly directory: string
}

/** `table`: the options of `train`. */
export async function trainOnHosts(file: string, options: HostsOptions, table: OptionTable, io: Io): Promise<ExitCode> {
  const { hosts, token, least } = await checkedOptions(options, io)
  const { spec, isComplete } = await checkedRun(file, options, io)
  // it says so, and needs no other host
  if (isComplete) return resumeSpec(file, options.out!, options, io)
  const directory = options.out ?? (await reserveRunDirectory(spec.name))
  const run: HostsRun = { file, options, table, hosts, spec, directory }
  const own = ownSignals(io)
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
  try {
    const end = await trainGroup({
      ...{ hosts, least, signal: own.signal, lostCode: EXIT.groupLost },
      waits: { first: 1000 * (wait ?? WAITS.first), again: 1000 * (wait ?? WAITS.again) },
      connect: (address, signal) => connectHost(address, link, signal),
      task: {
        ...{ name: spec.name, spec: JSON.stringify(specAnywhere(spec)), wait: wait ?? WAITS.first },
        ...(options.workers !== undefined && { workers: options.workers }),
        ...(options['pause-after'] !== undefined && { pauseAfter: options['pause-after'] }),
      },
      start: (cluster, isAgain) => own.started(startOwn(run, cluster, isAgain)),
      checkpoint: () => newestCheckpoints(directory),
      say: tell,
      note: (line) => (isQuiet ? undefined : say(io, line)),
    })
    if ('code' in end) return end.code as ExitCode
    tell(own.code() === null ? `${end.lost} ${goOnWords(run)}` : end.lost)
    return own.code() ?? EXIT.groupLost
  } catch (error) {
    const code = own.code()
    if (code === null || !own.signal.aborted || error !== own.signal.reason) throw error
    say(io, 'Interrupted.')
    return code
  } finally {
    own.stop()
    // a folder that was reserved and not used
    if (options.out === undefined) await rmdir(directory).catch(() => {})
  }
}

const goOnWords = ({ file, options, table, directory }: HostsRun): string => {
  const words = optionWords(table, { ...options, out: directory, resume: true })
  return `To go on: ${['train', file, ...words].map(quotedWord).join(' ')}`
}

/** Checks what the options say about hosts. Throws a UserError with every problem. */
async function checkedOptions(options: HostsOptions, io: Io) {
  if (io.env.TF_CONFIG) {
    throw new UserError('--hosts: TF_CONFIG in the environment names another group. Use one of the two.')
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
  const checked: CheckedSpec = await watchingData(io, (watch) =>
    requireSpec(file, overridesOf(options), io.stdin, watch, { isTrained }),
  )
  const { spec } = checked
  await checkRunPlaces(spec, file, options, place, begun)
  const allowsChange = options['allow-change'] ?? false
  const opened = begun === null ? null : await openResume(begun, spec, { allowsChange })
  return { spec, isComplete: opened !== null && opened.complete !== null }
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

/**
 * Starts rank 0: the command that the user typed, with the folder of the run. When it goes on, its spec is the one that
 * was read at the beginning, because the file may have been changed since.
 */
function startOwn(
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

/** Passes the signals that this process gets on to the process of rank 0, which ends in good order. */
function ownSignals(io: Io) {
  const controller = new AbortController()
  let training: TrainingProcess | null = null
  let code: ExitCode | null = null
  const save = () => training?.pass(SAVE_SIGNAL)
  const listeners = END_SIGNALS.map(({ signal, exitCode }) => {
    const isIgnored = signal === 'SIGHUP' && outlivesTerminal(io)
    const listener = () => {
      if (isIgnored) return
      code ??= exitCode
      controller.abort()
      training?.pass(signal)
    }
    io.on(signal, listener)
    return { signal, listener }
  })
  // Windows has no such signals
  const has = process.platform !== 'win32'
  const resize = () => training?.pass(RESIZE_SIGNAL)
  if (has) {
    io.on(SAVE_SIGNAL, save)
    io.on(RESIZE_SIGNAL, resize)
  }
  return {
    /** Aborted by the first signal. */
    signal: controller.signal,
    /** The exit code of the first signal; null without one. */
    code: () => code,
    hasStarted: () => training !== null,
    started(given: TrainingProcess): TrainingProcess {
      training = given
      return given
    },
    stop() {
      // a second signal does not change the exit code
      if (controller.signal.aborted) return
      for (const { signal, listener } of listeners) io.off(signal, listener)
      if (!has) return
      io.off(SAVE_SIGNAL, save)
      io.off(RESIZE_SIGNAL, resize)
    },
  }
}
