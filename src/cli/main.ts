/** The command line: parses it, runs the command, and turns errors into messages and exit codes. */
import { fileProblem } from '../base/file-problem.js'
import { formatIssue, UserError } from '../base/issue.js'
import { watchParent } from '../base/parent.js'
import { GroupLost } from '../engine/group.js'
import { memoryProblem } from '../engine/memory.js'
import { ownVersion } from '../run/versions.js'
import type { Commands } from './command.js'
import { parseCommandLine } from './command-line.js'
import { COMMANDS } from './commands/registry.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { type Io, say } from './io.js'
import { watchOutput } from './output.js'
import { ASKED_BY_SHELL } from './shells.js'

/** Runs a command and returns the exit code of the process. Throws if a file of the program itself is missing. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  // the reader of standard error may go away
  io.stderr.on('error', () => {})
  watchParent()
  const output = watchOutput(io)
  const code = await ended(argv, io)
  if (ENDED_AT_ONCE.includes(code)) await endWhenWritten(code, io)
  return (await output.isWhole()) || code !== EXIT.done ? code : EXIT.badInput
}

/**
 * After these codes nothing more may run: TensorFlow would wait for other hosts, and Node would abort because it cannot
 * reset a terminal that is gone.
 */
const ENDED_AT_ONCE: readonly ExitCode[] = [EXIT.groupLost, EXIT.hungUp]

async function endWhenWritten(code: ExitCode, io: Io): Promise<never> {
  await Promise.all([io.stdout, io.stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))))
  const { endAtOnce } = await import('../base/end-at-once.js')
  return endAtOnce(code)
}

async function ended(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await run(argv, io)
  } catch (error) {
    if (error instanceof UserError) {
      for (const issue of error.issues) say(io, formatIssue(issue))
      say(io, error.message)
      return EXIT.badInput
    }
    if (error instanceof GroupLost) {
      say(io, `${error.message}\nWith --resume the run goes on from its last checkpoint.`)
      return EXIT.groupLost
    }
    if (isMissingModule(error)) throw error
    const problem = fileProblem(error)
    if (problem !== undefined) {
      say(io, `Cannot continue: ${problem}.`)
      return EXIT.badInput
    }
    const memory = memoryProblem(error)
    if (memory !== undefined) {
      say(io, memory)
      return EXIT.badInput
    }
    const trace = error instanceof Error ? error.stack : String(error)
    io.stderr.write(
      `This is a bug in trainspec ${ownVersion()}, not in your spec. Please report it with this text:\n${trace}\n`,
    )
    return EXIT.internal
  }
}

/** True for an error that `bin/start.js` reports: a file of the program is missing. */
const isMissingModule = (error: unknown): boolean =>
  /^(ERR_)?MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException | undefined)?.code ?? '')

async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  if (argv[0] === ASKED_BY_SHELL) {
    const { completionsOf } = await import('./completion.js')
    io.stdout.write(
      completionsOf(argv.slice(1), COMMANDS)
        .map((word) => `${word}\n`)
        .join(''),
    )
    return EXIT.done
  }
  const line = parseCommandLine(argv, ownVersion(), COMMANDS)
  if ('text' in line) {
    io.stdout.write(`${line.text}\n`)
    return EXIT.done
  }
  const { command, operands, options } = line
  return (COMMANDS as Commands)[command]!.run(operands, options, io, COMMANDS)
}
