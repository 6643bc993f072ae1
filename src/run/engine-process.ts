/**
 * An engine in a process of its own. A library that crashes ends only that process. Engines share no memory, no threads
 * and no copy of a library. The peak memory of each can be measured, and it can be ended in the middle of a step.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { UserError } from '../base/issue.js'
import { receivedError, type SentError } from '../base/sent-error.js'
import type { TimingLimits } from '../base/timing.js'
import type { Engine, EngineRequest } from '../engine/engine.js'
import type { Arithmetic } from '../engine/faster.js'
import type { Speed } from '../engine/speed.js'
import type { EngineName, StageSpec } from '../spec/spec.js'
import type { Start } from './start.js'

/** The tasks of the process: `open` must come first, and `load` before `steps`. */
export interface Tasks {
  open(what: Opening): Promise<Opened>
  check(): Promise<void>
  productSpeed(): Promise<Speed>
  updateSpeed(): Promise<Speed>
  /** Loads the data of a spec and compiles its programs. */
  load(what: { readonly spec: StageSpec; readonly start: Start | null }): Promise<{ readonly batchSize: number }>
  /** Runs the next training steps and times each. */
  steps(limits: TimingLimits): Promise<Turn>
}

export interface Opening {
  readonly name: EngineName
  readonly request: EngineRequest
  /** That of the model, by which `auto` chooses. */
  readonly arithmetic?: Arithmetic
}

/** An engine as it was opened; the note is that of `openEngine`. */
export type Opened = Pick<Engine, 'name' | 'device' | 'compiled' | 'versions'> & { readonly note: string | undefined }

/** The result of some training steps. */
export interface Turn {
  /** Milliseconds that each step took. */
  readonly times: readonly number[]
  /**
   * The first step, counted from 1 since `load`, whose loss was NaN or infinite, and the number of updates before it.
   */
  readonly diverged: { readonly step: number; readonly updates: number } | undefined
  /** Peak memory of the process so far. */
  readonly peakBytes: number
}

export interface Question {
  readonly task: keyof Tasks
  readonly argument: unknown
}

export type Answer = { readonly result: unknown } | { readonly problem: SentError }

export interface EngineProcess {
  readonly opened: Opened
  /** Runs a task. Rejects if the task fails, and at once when the signal is aborted. */
  ask<Name extends Exclude<keyof Tasks, 'open'>>(
    task: Name,
    ...argument: Parameters<Tasks[Name]>
  ): ReturnType<Tasks[Name]>
  /** Kills the process. */
  stop(): Promise<void>
}

const CHILD = fileURLToPath(new URL('engine-child.js', import.meta.url))

/**
 * Starts a process and opens an engine in it. Throws a UserError if that fails. The process writes nothing to the
 * terminal.
 */
export async function openEngineProcess(opening: Opening, signal: AbortSignal): Promise<EngineProcess> {
  const { name } = opening
  signal.throwIfAborted()
  const child = fork(CHILD, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'advanced' })
  const ended = new Promise<string>((resolve) => {
    child.on('error', ({ message }) => resolve(message))
    child.once('exit', (code, killedBy) => resolve(killedBy ?? `exit code ${code}`))
  })
  const ask = async (task: keyof Tasks, argument: unknown): Promise<never> => {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const abort = () => reject(signal.reason)
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort, { once: true })
      child.once('message', (message: Answer) => {
        signal.removeEventListener('abort', abort)
        resolve(message)
      })
      ended.then((how) => reject(new UserError(`The process of engine ${name} ended unexpectedly (${how}).`)))
      child.send({ task, argument } satisfies Question, () => {}) // `ended` reports a process that has ended
    })
    if ('result' in answer) return answer.result as never
    throw receivedError(answer.problem)
  }
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
  }
  try {
    const opened: Opened = await ask('open', opening)
    return { opened, ask: ((task, argument) => ask(task, argument)) as EngineProcess['ask'], stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Returns the engine that `auto` selects on this machine for a model, or null if it selects none. */
export async function whatAutoTakes(
  request: EngineRequest,
  arithmetic: Arithmetic,
  signal: AbortSignal,
): Promise<{ readonly engine: string; readonly device: string; readonly note: string } | null> {
  try {
    const { opened, stop } = await openEngineProcess({ name: 'auto', request, arithmetic }, signal)
    await stop()
    return { engine: opened.name, device: opened.device, note: opened.note! }
  } catch {
    signal.throwIfAborted()
    return null
  }
}
