/** The command line: parses, runs a command, and turns whatever happens into words and an exit code. */
import { fileProblem } from '../base/file-problem.js'
import { formatIssue, UserError } from '../base/issue.js'
import { type CommandLine, parseCommandLine } from './command-line.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import type { Io } from './io.js'
import { ownVersion } from './versions.js'

/** Runs a command; the result is the exit code of the process. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await run(parseCommandLine(argv, ownVersion()), io)
  } catch (error) {
    if (error instanceof UserError) {
      for (const issue of error.issues) io.stderr.write(`${formatIssue(issue)}\n`)
      io.stderr.write(`${error.message}\n`)
      return EXIT.badInput
    }
    const problem = fileProblem(error)
    if (problem !== undefined) {
      io.stderr.write(`Cannot go on: ${problem}.\n`)
      return EXIT.badInput
    }
    const trace = error instanceof Error ? error.stack : String(error)
    io.stderr.write(
      `This is a fault of trainspec ${ownVersion()}, not of your spec. Please report it with this text:\n${trace}\n`,
    )
    return EXIT.internal
  }
}

async function run(line: CommandLine, io: Io): Promise<ExitCode> {
  switch (line.command) {
    case 'help':
    case 'version':
      io.stdout.write(`${line.text}\n`)
      return EXIT.done
    case 'validate':
      return (await import('./validate.js')).validate(line.files, line.options, io)
    case 'train':
      return (await import('./train.js')).train(line.files[0]!, line.options, io)
  }
}
