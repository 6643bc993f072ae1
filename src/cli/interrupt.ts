/** Handles SIGINT (Ctrl-C), SIGTERM and SIGHUP: the first ends the work in good order, the second ends it at once. */
import { setImmediate as immediately } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { removeTemporaries, watchTemporaries } from '../base/temporary.js'
import { END_SIGNALS, type EndSignal, type ExitCode } from './exit-codes.js'
import { outlivesTerminal } from './hang-up.js'
import { createVoice, type Io, say, type Voice } from './io.js'
import { PHASES, type Phase, watch } from './watch.js'
import type { Told } from './watch-thread.js'

export interface Interrupt {
  /** Aborted by the first signal; its reason is an `Interruption`. */
  readonly signal: AbortSignal
  /**
   * To be awaited before long work on this thread. From then on signals are handled even during that work; earlier ones
   * have aborted `signal`.
   */
  ready(): Promise<void>
  /** Sets the phase, and the words that are printed if the process is ended at once during it. */
  begin(phase: Exclude<keyof typeof PHASES, 'saving'>, words: string): void
  /** Runs work that a second signal must not cut off, such as writing a file. */
  saving<T>(work: () => Promise<T>): Promise<T>
  stop(): void
}

/** The reason of an aborted signal. */
class Interruption extends Error {
  constructor(readonly exitCode: ExitCode) {
    super('interrupted')
  }
}

/** The exit code that the signal of an interruption stands for. */
export function codeOfInterruption({ reason }: AbortSignal): ExitCode {
  if (reason instanceof Interruption) return reason.exitCode
  throw new Error('internal: no signal has come', { cause: reason })
}

const INTERRUPTED = 'Interrupted.'

export interface ListenOptions {
  /** Prints nothing after the first signal. */
  readonly quiet?: boolean
  /** This thread is never busy for long, so no other thread has to handle signals. */
  readonly alone?: boolean
  readonly voice?: Voice
}

export function listenForInterrupt(
  io: Io,
  { quiet = false, alone = false, voice = createVoice(io) }: ListenOptions = {},
): Interrupt {
  const controller = new AbortController()
  /** The phase; then for each of two messages, whether one of the threads has printed it. */
  const shared = new Int32Array(new SharedArrayBuffer(12))
  if (quiet) shared.fill(1, 1)
  const thread = alone ? NO_THREAD : startThread(shared)
  let words = INTERRUPTED
  const heard = watch({
    phase: () => shared[0] as Phase,
    now: () => performance.now(),
    after: (milliseconds, work) => setTimeout(work, milliseconds).unref(),
    say(once, text) {
      if (Atomics.compareExchange(shared, once, 0, 1) === 0) voice.say(text)
    },
    end(exitCode) {
      removeTemporaries()
      voice.say(words)
      io.exit(exitCode)
    },
  })
  const listeners = new Map<EndSignal, () => void>()
  for (const { signal, exitCode } of END_SIGNALS) {
    const isIgnored = signal === 'SIGHUP' && outlivesTerminal(io)
    const listener = () => {
      if (isIgnored) return
      controller.abort(new Interruption(exitCode))
      heard(exitCode)
    }
    listeners.set(signal, listener)
    io.on(signal, listener)
  }
  watchTemporaries((temporaries) => thread.tell({ temporaries }))
  const setPhase = (phase: Phase) => Atomics.store(shared, 0, phase)
  return {
    signal: controller.signal,
    async ready() {
      await thread.ready
      // this thread has handled earlier signals by then
      await immediately()
    },
    begin(phase, text) {
      words = text
      thread.tell({ words })
      setPhase(PHASES[phase])
    },
    async saving(work) {
      const before = shared[0] as Phase
      setPhase(PHASES.saving)
      try {
        return await work()
      } finally {
        setPhase(before)
      }
    },
    stop() {
      if (controller.signal.aborted) overhear(io)
      for (const [signal, listener] of listeners) io.off(signal, listener)
      watchTemporaries(() => {})
      thread.stop()
    },
  }
}

/** Milliseconds that a process has to end by itself after an interruption. */
const ENDING_MS = 1000

/** Keeps further signals from killing a process that has written everything and is about to end with its own code. */
function overhear(io: Io): void {
  const began = performance.now()
  for (const { signal, exitCode } of END_SIGNALS) {
    io.on(signal, () => {
      if (performance.now() - began > ENDING_MS) io.exit(exitCode)
    })
  }
}

interface Thread {
  readonly ready: Promise<void>
  tell(told: Told): void
  stop(): void
}

const NO_THREAD: Thread = { ready: Promise.resolve(), tell: () => {}, stop: () => {} }

/** Starts a thread that handles signals while this one is busy. If it cannot start, signals wait for this thread. */
function startThread(shared: Int32Array): Thread {
  const worker = new Worker(new URL('./watch-thread.js', import.meta.url), { workerData: shared })
  worker.unref()
  const ready = new Promise<void>((resolve) => {
    for (const event of ['message', 'error', 'exit']) worker.on(event, () => resolve())
  })
  return { ready, tell: (told) => worker.postMessage(told), stop: () => worker.postMessage('stop' satisfies Told) }
}

/**
 * Runs work that ends when its signal is aborted and has nothing to write then. Returns its exit code, or that of the
 * signal.
 */
export async function interruptible(
  io: Io,
  work: (signal: AbortSignal, interrupt: Interrupt) => Promise<ExitCode>,
): Promise<ExitCode> {
  const interrupt = listenForInterrupt(io)
  const { signal, stop } = interrupt
  try {
    await interrupt.ready()
    signal.throwIfAborted()
    return await work(signal, interrupt)
  } catch (error) {
    if (!signal.aborted) throw error
    say(io, INTERRUPTED)
    return codeOfInterruption(signal)
  } finally {
    stop()
  }
}
