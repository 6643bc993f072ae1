/** `train serve` as a child process, and requests to it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { COMMAND } from './command.js'

/** The data of a table with the columns age, height, town and kind. */
export const KINDS = {
  source: 'rows.csv',
  target: 'kind',
  features: {
    age: { type: 'float_normalized', missing: 'median' },
    height: 'float_normalized',
    town: 'string_categorical',
  },
}

export interface Served {
  readonly url: string
  readonly child: ChildProcess
  /** The text that it has written to standard error so far. */
  stderr(): string
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>
}

/** Starts a server on a free port. The caller stops it. */
export async function serve(args: readonly string[], cwd: string): Promise<Served> {
  const child = spawn(process.execPath, [COMMAND, 'serve', ...args, '--port', '0'], { cwd, stdio: 'pipe' })
  let stderr = ''
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      const found = /Serving .* at (http:\S+);/.exec(stderr)
      if (found) resolve(found[1]!)
    })
    child.on('exit', (code) => reject(new Error(`it ended with ${code}: ${stderr}`)))
  })
  return { url, child, stderr: () => stderr, ended }
}

/** The same for one test, at whose end it is killed. */
export async function served(args: readonly string[], cwd: string): Promise<Served> {
  const server = await serve(args, cwd)
  onTestFinished(() => void server.child.kill('SIGKILL'))
  return server
}

export const JSON_BODY = { 'content-type': 'application/json' }

/** Asks for the answers of rows; returns them, or the document of a problem, with the status. */
export async function ask(url: string, rows: unknown): Promise<{ readonly status: number; readonly body: Answered }> {
  const response = await fetch(`${url}/predict`, { method: 'POST', headers: JSON_BODY, body: JSON.stringify(rows) })
  return { status: response.status, body: (await response.json()) as Answered }
}

export interface Answered {
  readonly answers: readonly Readonly<Record<string, string | number | null>>[]
  readonly detail: string
  readonly problems: readonly object[]
  readonly problem_count: number
}
