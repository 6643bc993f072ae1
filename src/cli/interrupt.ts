/** Ctrl-C, and a polite kill: the first asks for an end after the step under way, the second ends at once. */
import { EXIT } from './exit-codes.js'
import type { Io } from './io.js'

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
