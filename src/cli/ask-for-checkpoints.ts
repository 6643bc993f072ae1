/** SIGUSR1 asks for a checkpoint while training is under way. */
import type { CheckpointsAsked } from '../run/work.js'
import { type Io, SAVE_SIGNAL, type Voice } from './io.js'

export interface Asking extends CheckpointsAsked {
  stop(): void
}

export function askForCheckpoints(io: Io, voice: Voice): Asking {
  let isAsked = false
  const listener = () => {
    isAsked = true
  }
  // Windows has no such signal
  const has = process.platform !== 'win32'
  if (has) io.on(SAVE_SIGNAL, listener)
  return {
    isAsked() {
      const was = isAsked
      isAsked = false
      return was
    },
    saved: (path) => voice.say(`Saved a checkpoint: ${path}`),
    stop() {
      if (has) io.off(SAVE_SIGNAL, listener)
    },
  }
}
