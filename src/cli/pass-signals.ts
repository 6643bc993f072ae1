import type { TrainingProcess } from '../hosts/training-process.js'
import { END_SIGNALS, type ExitCode } from './exit-codes.js'
import { outlivesTerminal } from './hang-up.js'
import { type Io, RESIZE_SIGNAL, SAVE_SIGNAL } from './io.js'

/** Passes the signals that this process gets on to a training process, which ends in good order. */
export function passSignals(io: Io) {
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
