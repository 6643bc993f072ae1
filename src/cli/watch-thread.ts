/**
 * A thread that handles signals while the main one is busy, and ends the process if that does not react. Without koffi
 * this thread cannot start, and the main thread handles signals as well as it can.
 */
import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { parentPort, workerData } from 'node:worker_threads'
import { koffi } from '../base/koffi.js'
import { removeTemporaries } from '../base/temporary.js'
import { END_SIGNALS } from './exit-codes.js'
import { hearSignals } from './hear-signals.js'
import { RESET_TERMINAL } from './io.js'
import { type Phase, watch } from './watch.js'

/** A message from the main thread. */
export type Told = { readonly temporaries: readonly string[] } | { readonly words: string } | 'stop'

/** Shared with the main thread: the phase, and which messages have been printed. */
const shared = workerData as Int32Array

let temporaries: readonly string[] = []
let words = ''

/** Time for the main thread to print a message itself. */
const ANSWER_MS = 300

parentPort!.on('message', (told: Told) => {
  if (told === 'stop') stop()
  else if ('words' in told) words = told.words
  else temporaries = told.temporaries
})

/** Ends the process, whatever its other threads do. */
function exit(exitCode: number): void {
  const library = process.platform === 'win32' ? koffi.load('ucrtbase.dll') : koffi.load(null)
  library.func('void _exit(int code)')(exitCode)
}

const RESET = isatty(2) ? RESET_TERMINAL : ''

function print(text: string): void {
  try {
    writeSync(2, text)
  } catch {
    // standard error is closed
  }
}

const heard = watch({
  phase: () => Atomics.load(shared, 0) as Phase,
  now: () => performance.now(),
  after: (milliseconds, work) => setTimeout(work, milliseconds),
  say(once, text) {
    // the main thread prints it better, because it can leave the line of the bar
    setTimeout(() => {
      if (Atomics.compareExchange(shared, once, 0, 1) === 0) print(`${RESET === '' ? '' : '\n'}${text}\n`)
    }, ANSWER_MS)
  },
  end(exitCode) {
    print(`${RESET}${words}\n`)
    removeTemporaries(temporaries)
    exit(exitCode)
  },
})

const codes = new Map(END_SIGNALS.map(({ number, exitCode }) => [number, exitCode]))
const deaf = hearSignals([...codes.keys()], (number) => heard(codes.get(number)!))

function stop(): void {
  deaf()
  parentPort!.close()
}

parentPort!.postMessage('listening')
