/** The command within the process of the tests, to test messages and exit codes without another process. */
import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import type { Io } from '../../src/cli/io.js'
import { main } from '../../src/cli/main.js'
import type { CommandOptions, CommandResult } from './command.js'

/** `train ...args`, to its end. */
export async function runMain(
  args: readonly string[],
  { cwd = process.cwd(), stdin = '', env }: Pick<CommandOptions, 'cwd' | 'stdin' | 'env'> = {},
): Promise<CommandResult> {
  const written = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof written) =>
    Object.assign(new EventEmitter(), {
      write(text: string, done?: () => void) {
        written[name] += text
        done?.()
        return true
      },
    })
  const io = Object.assign(new EventEmitter(), {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: { ...process.env, ...env },
    exit(code: number) {
      throw new Error(`exit ${code}`)
    },
  }) as unknown as Io
  const before = process.cwd()
  process.chdir(cwd)
  try {
    return { code: await main(args, io), ...written }
  } finally {
    process.chdir(before)
  }
}
