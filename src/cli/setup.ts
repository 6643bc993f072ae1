/** `train setup tensorflow|cuda`: installs TensorFlow's C library, or removes it. */
import { dirname } from 'node:path'
import { formatBytes } from '../base/bytes.js'
import { cacheFolder } from '../base/cache-folder.js'
import { UserError } from '../base/issue.js'
import type { TransferListener } from '../base/transfer.js'
import { freeBytes } from '../libtensorflow/disk-space.js'
import { givenSource } from '../libtensorflow/given-source.js'
import { folderName, type Installation } from '../libtensorflow/installed.js'
import type { TensorflowLibrary } from '../libtensorflow/locate.js'
import {
  bytesNeeded,
  installedVersion,
  installLibrary,
  keptBytes,
  type Removed,
  removable,
  remove,
} from '../libtensorflow/setup.js'
import type { Source } from '../libtensorflow/source.js'
import { hasNvidiaDriver, requireSupported, type Target, thisSystem, wheelsFor } from '../libtensorflow/target.js'
import { wheelSource } from '../libtensorflow/wheel-source.js'
import { createTransferReporter } from '../report/transfer.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { codeOfInterruption, listenForInterrupt } from './interrupt.js'
import { type Io, mayRedraw, say } from './io.js'

export interface SetupOptions {
  readonly from: string | undefined
  readonly 'dry-run': true | undefined
  readonly remove: true | undefined
}

/** Prints the folder of the installed library to standard output. */
export async function setup(target: Target | undefined, options: SetupOptions, io: Io): Promise<ExitCode> {
  const cache = cacheFolder()
  if (options.remove) return takeAway(cache, target, options, io)
  if (target === undefined) throw new Error('internal: setup of nothing')
  const interrupt = listenForInterrupt(io, { quiet: true, alone: true })
  interrupt.begin('training', 'Stopped at once.')
  const reporter = createTransferReporter(io.stderr, mayRedraw(io, io.stderr), () => performance.now())
  try {
    return await bring({ target, options, io, cache, signal: interrupt.signal, listener: reporter })
  } catch (error) {
    reporter.close()
    if (!interrupt.signal.aborted) throw error
    const kept = await keptBytes(cache)
    const goesOn =
      kept > 0 ? ` ${formatBytes(kept)} of the download are kept; the next \`train setup\` resumes it.` : ''
    say(io, `Interrupted; nothing was installed.${goesOn}`)
    return codeOfInterruption(interrupt.signal)
  } finally {
    reporter.close()
    interrupt.stop()
  }
}

/** Loads the library and trains a step with it. This is the only place where setup uses an engine. */
async function checkLibrary(library: TensorflowLibrary): Promise<string> {
  return (await import('../engine/compiled/tensorflow/check-tensorflow.js')).checkTensorflow(library)
}

interface Setup {
  readonly target: Target
  readonly options: SetupOptions
  readonly io: Io
  readonly cache: string
  readonly signal: AbortSignal
  readonly listener: TransferListener
}

async function bring({ target, options, io, cache, signal, listener }: Setup): Promise<ExitCode> {
  const source = await sourceOf({ target, options, io, cache, signal, listener })
  if (source === undefined) return EXIT.done
  signal.throwIfAborted()
  if (options['dry-run']) {
    const free = await freeBytes(cache)
    for (const line of planLines(target, source, cache, free)) say(io, line)
    return EXIT.done
  }
  const toFetch = source.files.reduce((sum, { bytes, here }) => sum + bytes - here, 0)
  if (source.means !== undefined && toFetch > 0) {
    listener.say(`Downloading ${formatBytes(toFetch)} with ${source.means} from ${source.from}.`)
  }
  const check = (library: TensorflowLibrary) => {
    listener.say('Checking the library: training a step.')
    return checkLibrary(library)
  }
  const { installation, checked } = await installLibrary({ target, source, cache, signal, listener, check })
  listener.say(`${nameOf(installation)} is installed in ${installation.folder}, ${formatBytes(installation.bytes)}.`)
  listener.say(checked)
  if (target === 'cuda' && !hasNvidiaDriver()) listener.say(NO_DRIVER)
  io.stdout.write(`${dirname(installation.file)}\n`)
  return EXIT.done
}

const NO_DRIVER =
  'This machine has no NVIDIA driver, so the library computes on the processor until a driver is installed.'

/** Returns where the library comes from. If it is installed already, says so and returns undefined. */
async function sourceOf({ target, options, io, cache, signal, listener }: Setup): Promise<Source | undefined> {
  const system = thisSystem()
  if (options.from !== undefined) {
    requireSupported(system)
    return givenSource(options.from, { target, signal, listener })
  }
  const wheels = wheelsFor(target, system)
  const installed = installedVersion(cache, target, wheels[0]!.version)
  if (!installed) return wheelSource(wheels, { cache, env: io.env, signal, listener })
  listener.say(
    `${nameOf(installed)} is already installed in ${installed.folder}; \`train setup ${target} --remove\` removes it.`,
  )
  io.stdout.write(`${dirname(installed.file)}\n`)
  return undefined
}

const nameOf = ({ target, version }: Pick<Installation, 'target' | 'version'>): string =>
  ['TensorFlow', ...(version === undefined ? [] : [version]), ...(target === 'cuda' ? ['with CUDA'] : [])].join(' ')

function* planLines(target: Target, source: Source, cache: string, free: number): Iterable<string> {
  const { from, means, files, bytes, version } = source
  yield means === undefined ? `Would copy from ${from}:` : `Would download with ${means} from ${from}:`
  const longest = Math.max(...files.map(({ name }) => name.length))
  for (const { name, bytes: size, here } of files) {
    const part = means !== undefined && here > 0 ? `, ${formatBytes(here)} already downloaded` : ''
    yield `  ${name.padEnd(longest)}   ${formatBytes(size)}${part}`
  }
  const total = files.reduce((sum, file) => sum + file.bytes, 0)
  yield `Total ${formatBytes(total)}; ${formatBytes(bytes)} when installed.`
  yield `Needs ${formatBytes(bytesNeeded(source))} of disk space while installing; ${formatBytes(free)} are free.`
  yield `Would install into ${folderPath(cache, target, version)}.`
  if (target === 'cuda' && !hasNvidiaDriver()) yield 'This machine has no NVIDIA driver.'
  yield 'Nothing was changed.'
}

const folderPath = (cache: string, target: Target, version?: string): string =>
  `${cache}/${folderName(target, version)}`

async function takeAway(cache: string, target: Target | undefined, options: SetupOptions, io: Io): Promise<ExitCode> {
  if (options.from !== undefined) throw new UserError('--remove and --from cannot be used together.')
  const dry = options['dry-run'] === true
  const removed: readonly Removed[] = dry ? await removable(cache, target) : await remove(cache, target)
  const verb = dry ? 'Would remove' : 'Removed'
  for (const { path, bytes } of removed) say(io, `${verb} ${path}: ${formatBytes(bytes)}.`)
  const total = removed.reduce((sum, { bytes }) => sum + bytes, 0)
  if (removed.length === 0) say(io, `Nothing to remove in ${cache}.`)
  else say(io, dry ? 'Nothing was changed.' : `Freed ${formatBytes(total)}.`)
  return EXIT.done
}
