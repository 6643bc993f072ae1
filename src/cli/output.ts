/** Standard output, of which programs read what must be whole. */
import { fstatSync, writeFileSync } from 'node:fs'
import { setImmediate as immediately } from 'node:timers/promises'
import { problemWords } from '../base/file-problem.js'
import { reasonOf } from '../base/reason.js'
import { type Io, say } from './io.js'

/**
 * Listens for what goes wrong there, and says it once. A reader that goes away, such as `head`, does not stop a run and is
 * nothing wrong.
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
      // an error is told after the write
      await immediately()
      return isWhole
    },
  }
}

/** Node takes a file on a full disk for written when a part of it is. */
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
