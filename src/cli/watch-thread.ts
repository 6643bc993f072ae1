/**
 * A thread that hears signals while the main one is busy, and ends the process where that does not answer. Without koffi
 * there is no such thread, and the main one does what it can.
 */
import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { parentPort, workerData } from 'node:worker_threads'
import { koffi } from '../base/koffi.js'
import { removeTemporaries } from '../base/temporary.js'
import { END_SIGNALS } from './exit-codes.js'
import { hearSignals } from './hear-signals.js'
import { type Phase, watch } from './watch.js'

/** What the main thread tells. */
export type Told = { readonly temporaries: readonly string[] } | { readonly words: string } | 'stop'

/** Shared with the main thread: the phase, and which sayings are said. */
const shared = workerData as Int32Array

let temporaries: readonly string[] = []
let words = ''

/** So long the main thread has to say something itself. */
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

/** A bar or a spinner may have hidden the cursor and stand in the line. */
const RESET = isatty(2) ? '\x1b[?7h\x1b[?25h\n' : ''

function print(text: string): void {
  try {
    writeSync(2, text)
  } catch {
    // nobody hears it
  }
}

const heard = watch({
  phase: () => Atomics.load(shared, 0) as Phase,
  now: () => performance.now(),
  after: (milliseconds, work) => setTimeout(work, milliseconds),
  say(once, text) {
    // the main thread says it better, because it knows of the bar
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
