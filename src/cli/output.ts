/** Watches standard output: programs read it, so it must be complete or the command must fail. */
import { fstatSync, writeFileSync } from 'node:fs'
import { setImmediate as immediately } from 'node:timers/promises'
import { problemWords } from '../base/file-problem.js'
import { reasonOf } from '../base/reason.js'
import { type Io, say } from './io.js'

/**
 * Reports the first error of standard output. A reader that goes away, such as `head`, does not stop a run and is no
 * error. `isWhole` waits until everything is written and returns false after an error.
 */
export function watchOutput(io: Io): { isWhole(): Promise<boolean> } {
  const { stdout } = io
  let isWhole = true
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || !isWhole) return
    isWhole = false
    say(io, `Cannot write to standard output: ${problemWords(error) ?? reasonOf(error)}.`)
  })
  if (stdout === process.stdout) writeWhole(process.stdout)
  return {
    async isWhole() {
      if (stdout.writableLength > 0) await new Promise<void>((resolve) => stdout.write('', () => resolve()))
      // the error event comes after the callback of the write
      await immediately()
      return isWhole
    },
  }
}

/** Makes a write to a file fail unless all of it is written. Node reports success after a part, on a full disk. */
function writeWhole(stream: NodeJS.WriteStream & { fd: 1 }): void {
  if (!fstatSync(stream.fd).isFile()) return
  stream._write = (chunk, _, done) => {
    try {
      writeFileSync(stream.fd, chunk)
      done()
    } catch (error) {
      done(error as Error)
    }
  }
}
