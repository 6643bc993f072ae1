/** The real command as a child process, in its own folder. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

const ROOT = dirname(dirname(import.meta.dirname))

/** `bin/train.js`, for what a shell is to start. */
export const COMMAND = join(ROOT, 'bin/train.js')

export interface CommandOptions {
  /** Default: the folder of the project. */
  readonly cwd?: string
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
  /** Starts it as a shell does: in a process group of its own, which gets the signals of a terminal. */
  readonly group?: boolean
  /** Sees the process, and what it has written to standard error so far whenever that grows. */
  readonly watch?: (child: ChildProcess, stderr: string) => void
  /** Gets the process once it is started. */
  readonly started?: (child: ChildProcess) => void
}

export interface CommandResult {
  /** Null where a signal ended the process. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `train ...args`, to its end. */
export const runCommand = (args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> =>
  run(process.execPath, [COMMAND, ...args], options)

/** A line of `sh`, in which `$train` starts the command. */
export const runShell = (line: string, options: CommandOptions = {}): Promise<CommandResult> =>
  run('sh', ['-c', line], { ...options, env: { ...options.env, train: `${process.execPath} ${COMMAND}` } })

function run(
  file: string,
  args: readonly string[],
  { cwd = ROOT, stdin = '', env, group = false, watch, started }: CommandOptions,
) {
  return new Promise<CommandResult>((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, detached: group })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      watch?.(child, stderr)
    })
    child.on('error', reject)
    child.on('spawn', () => started?.(child))
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    // a command that fails early closes its input
    child.stdin.on('error', () => {}).end(stdin)
  })
}

/** An empty folder that is gone when the test is over; the files are written into it. */
export function temporaryFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

/** An environment in which Node cannot load a package. */
export function withoutPackage(name: string) {
  const folder = temporaryFolder({
    'hooks.mjs': `export const resolve = (name, context, next) => {
      if (name === '${name}') throw new Error('it is taken away')
      return next(name, context)
    }`,
    'register.mjs': `import Module, { register } from 'node:module'
      register('./hooks.mjs', import.meta.url)
      const resolve = Module._resolveFilename
      Module._resolveFilename = (name, ...rest) => {
        if (name === '${name}' || name.startsWith('${name}/')) throw new Error('it is taken away')
        return resolve(name, ...rest)
      }`,
  })
  return { NODE_OPTIONS: `--import=${join(folder, 'register.mjs')}` }
}
