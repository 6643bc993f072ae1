/** Ctrl-C, and a polite kill: the first asks for an end after the step under way, the second ends at once. */
import { EXIT, type ExitCode } from './exit-codes.js'
import { type Io, say } from './io.js'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

export function listenForInterrupt(io: Io): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const listener = () => {
    if (controller.signal.aborted) io.exit(EXIT.interrupted)
    controller.abort()
  }
  for (const signal of SIGNALS) io.on(signal, listener)
  return {
    signal: controller.signal,
    stop() {
      for (const signal of SIGNALS) io.off(signal, listener)
    },
  }
}

/** Runs what ends at once when its signal is aborted, and has nothing to write then. */
export async function interruptible(io: Io, work: (signal: AbortSignal) => Promise<ExitCode>): Promise<ExitCode> {
  const { signal, stop } = listenForInterrupt(io)
  try {
    return await work(signal)
  } catch (error) {
    if (!signal.aborted) throw error
    say(io, 'Interrupted.')
    return EXIT.interrupted
  } finally {
    stop()
  }
}
