/** The process that trains as one rank of a group. It is killed when it is not needed, and dies with this process. */
import { type SpawnOptions, spawn } from 'node:child_process'
import { KILLED_WITH } from '../base/parent.js'
import { reasonOf } from '../base/reason.js'
import { MOST_WORDS } from './messages.js'
import { HOSTS_PACK, HOSTS_WAIT, TF_CONFIG } from './tf-config.js'

/** How a training process ended. */
export interface TrainingEnd {
  /** Null if a signal ended it, or if it could not be started. */
  readonly code: number | null
  readonly signal: string | null
  /** The end of what it wrote to standard error; empty if that was not caught. */
  readonly words: string
}

export interface TrainingProcess {
  readonly ended: Promise<TrainingEnd>
  /** Passes a signal on to it. */
  pass(signal: NodeJS.Signals): void
  /** Ends it at once, also if it hangs or is stopped. */
  kill(): void
}

/** A group of training processes. */
export interface Cluster {
  /** Addresses of all ranks. */
  readonly cluster: readonly string[]
  readonly rank: number
  /** Seconds that the ranks wait for one another. */
  readonly wait: number
  /** The pack of the data, if the files are not read. */
  readonly pack?: string | undefined
}

export interface ProcessOptions {
  /** Path of the command. */
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  /** Text for its standard input. */
  readonly input: string | null
  /** Places of its standard output, of its standard error, and of further descriptors. `pipe` for standard error catches it. */
  readonly stdio: readonly ('ignore' | 'inherit' | 'pipe' | number)[]
}

/**
 * Starts a process in a group of its own, so that Ctrl-C in a terminal does not reach it: who starts it decides about
 * its end.
 */
export function startTraining(cluster: Cluster, { command, args, cwd, input, stdio }: ProcessOptions): TrainingProcess {
  const options: SpawnOptions = {
    detached: true,
    stdio: [input === null ? 'ignore' : 'pipe', ...stdio],
    env: {
      ...process.env,
      [TF_CONFIG]: tfConfig(cluster),
      [HOSTS_WAIT]: String(cluster.wait),
      [KILLED_WITH]: String(process.pid),
      ...(cluster.pack !== undefined && { [HOSTS_PACK]: cluster.pack }),
    },
    ...(cwd !== undefined && { cwd }),
  }
  const child = spawn(process.execPath, [command, ...args], options)
  let words = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = `${words}${text}`.slice(-MOST_WORDS)
  })
  // a process that ends early closes its input
  child.stdin?.on('error', () => {}).end(input)
  const kill = () => {
    // never started, or ended and its number given to another
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      child.kill('SIGKILL')
    }
  }
  process.on('exit', kill)
  const ended = new Promise<TrainingEnd>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, words: reasonOf(error) }))
    child.once('close', (code, signal) => resolve({ code, signal, words }))
  }).finally(() => process.off('exit', kill))
  return { ended, pass: (signal) => void child.kill(signal), kill }
}

/** The environment's description of a group, in the form of TensorFlow's MultiWorkerMirroredStrategy. */
const tfConfig = ({ cluster, rank }: Cluster): string =>
  JSON.stringify({ cluster: { worker: cluster }, task: { type: 'worker', index: rank } })

/** `exit code 2`, `SIGKILL`. */
export const endWords = ({ code, signal }: Pick<TrainingEnd, 'code' | 'signal'>): string =>
  code !== null ? `exit code ${code}` : (signal ?? 'it could not be started')
