/** `train worker`: trains as one rank of a group, for a chief on another machine. */
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../base/issue.js'
import { counted, doneWith } from '../base/temporary.js'
import { receivedPacks } from '../data/packs/received-packs.js'
import { addressText, type HostAddress, parseListen } from '../hosts/address.js'
import type { RankTask } from '../hosts/messages.js'
import { readToken, type Token } from '../hosts/token.js'
import { startTraining, type TrainingProcess } from '../hosts/training-process.js'
import { listenAddress, requirePrivateMachine } from '../hosts/trusted-network.js'
import { openWorker } from '../hosts/worker.js'
import { OWN_COMMAND } from '../run/own-command.js'
import { ownVersion } from '../run/versions.js'
import { checkAll } from './check-all.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { codeOfInterruption, listenForInterrupt } from './interrupt.js'
import { type Io, say } from './io.js'

export interface WorkerOptions {
  readonly listen: string | undefined
  readonly token: string | undefined
  readonly insecure: boolean | undefined
}

export async function runWorker({ listen, token: file, insecure = false }: WorkerOptions, io: Io): Promise<ExitCode> {
  const missing = [
    ...(listen === undefined ? ['--listen HOST:PORT is missing: the address to listen on'] : []),
    ...(file === undefined ? ['--token FILE is missing: the file with the secret of the group'] : []),
  ]
  if (missing.length > 0) throw new UserError([...missing, 'See: train worker --help'].join('\n'))
  let address: HostAddress | undefined
  let token: Token | undefined
  await checkAll([
    async () => {
      address = await listenAddress(parseListen(listen!), insecure)
    },
    async () => {
      token = await readToken(file!)
    },
    () => insecure || requirePrivateMachine(),
  ])
  const log = (line: string) => say(io, `${new Date().toLocaleTimeString('en-GB')} ${line}`)
  const packs = receivedPacks()
  const worker = openWorker({
    ...{ token: token!, version: ownVersion(), start: startRank, log, packs },
    // loaded when it is needed: a worker mostly waits
    hasFiles: async (files) => (await import('../data/own/sent-data.js')).hasFiles(files),
  })
  const interrupt = listenForInterrupt(io, { alone: true })
  try {
    log(`Listening on ${addressText(await worker.listen(address!))}.`)
    if (!interrupt.signal.aborted) await once(interrupt.signal, 'abort')
    await worker.stop()
    await packs.close()
    log('Stopped.')
    const code = codeOfInterruption(interrupt.signal)
    return code === EXIT.hungUp ? code : EXIT.done
  } finally {
    interrupt.stop()
  }
}

/** Starts the training process of this host. It has a folder of its own, because the spec has no relative paths. */
function startRank(task: RankTask): TrainingProcess {
  const { spec, workers, pauseAfter } = task
  const cwd = counted(mkdtempSync(join(tmpdir(), 'train-rank-')))
  const args = [
    ...['-', '--verbose=0'],
    ...(workers === undefined ? [] : [`--workers=${workers}`]),
    ...(pauseAfter === undefined ? [] : [`--pause-after=${pauseAfter}`]),
  ]
  const training = startTraining(task, { command: OWN_COMMAND, args, cwd, input: spec, stdio: ['ignore', 'pipe'] })
  const ended = training.ended.finally(async () => {
    await rm(cwd, { recursive: true, force: true }).catch(() => {})
    doneWith(cwd)
  })
  return { ...training, ended }
}
