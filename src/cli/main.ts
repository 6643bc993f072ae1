/** The command line: parses, runs a command, and turns whatever happens into words and an exit code. */
import { fileProblem } from '../base/file-problem.js'
import { formatIssue, UserError } from '../base/issue.js'
import { memoryProblem } from '../engine/memory.js'
import type { Target } from '../libtensorflow/target.js'
import { type CommandLine, parseCommandLine } from './command-line.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { type Io, say } from './io.js'
import { watchOutput } from './output.js'
import { ownVersion } from './versions.js'

/** Runs a command; the result is the exit code of the process. Throws where a file of the program itself is missing. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  // who reads what is told to people may go away
  io.stderr.on('error', () => {})
  const output = watchOutput(io)
  const code = await ended(argv, io)
  return (await output.isWhole()) || code !== EXIT.done ? code : EXIT.badInput
}

async function ended(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await run(parseCommandLine(argv, ownVersion()), io)
  } catch (error) {
    if (error instanceof UserError) {
      for (const issue of error.issues) say(io, formatIssue(issue))
      say(io, error.message)
      return EXIT.badInput
    }
    if (isMissingModule(error)) throw error
    const problem = fileProblem(error)
    if (problem !== undefined) {
      say(io, `Cannot go on: ${problem}.`)
      return EXIT.badInput
    }
    const memory = memoryProblem(error)
    if (memory !== undefined) {
      say(io, memory)
      return EXIT.badInput
    }
    const trace = error instanceof Error ? error.stack : String(error)
    io.stderr.write(
      `This is a fault of trainspec ${ownVersion()}, not of your spec. Please report it with this text:\n${trace}\n`,
    )
    return EXIT.internal
  }
}

/** `bin/start.js` knows what to do then. */
const isMissingModule = (error: unknown): boolean =>
  /^(ERR_)?MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException | undefined)?.code ?? '')

async function run(line: CommandLine, io: Io): Promise<ExitCode> {
  switch (line.command) {
    case 'help':
    case 'version':
      io.stdout.write(`${line.text}\n`)
      return EXIT.done
    case 'validate':
      return (await import('./validate.js')).validate(line.operands, line.options, io)
    case 'train':
      return (await import('./train.js')).train(line.operands[0]!, line.options, io)
    case 'doctor':
      return (await import('./doctor.js')).doctor(line.options, io)
    case 'bench':
      return (await import('./bench.js')).bench(line.operands[0]!, line.options, io)
    case 'find-lr':
      return (await import('./find-lr.js')).findLr(line.operands[0]!, line.options, io)
    case 'summary':
      return (await import('./summary.js')).summary(line.operands[0]!, line.options, io)
    case 'evaluate':
      return (await import('./evaluate.js')).evaluate(line.operands[0]!, line.options, io)
    case 'sample':
      return (await import('./sample.js')).sample(line.operands[0]!, line.options, io)
    case 'transform':
      return (await import('./transform.js')).transform(line.operands[0]!, line.operands[1], line.options, io)
    case 'setup':
      return (await import('./setup.js')).setup(line.operands[0] as Target | undefined, line.options, io)
  }
}
