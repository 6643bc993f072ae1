/** Downloads with pip, which knows the user's index, proxy, certificates and passwords. */
import { spawn } from 'node:child_process'
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeFolder } from '../base/make-folder.js'
import { bytesIn } from './disk-space.js'
import { activePython, type Environment } from './python.js'
import type { Wheel } from './wheels.js'

/** Returns the path of a Python that has pip, not of a script that starts it; undefined if there is none. */
export async function findPip(env: Environment, signal: AbortSignal): Promise<string | undefined> {
  const python = activePython(env)
  if (python === undefined) return undefined
  const patience = AbortSignal.any([signal, AbortSignal.timeout(START_MS)])
  const { code, stdout } = await run(python, ['-c', 'import sys, pip; print(sys.executable)'], env, patience)
  signal.throwIfAborted()
  return code === 0 ? stdout.trim() || python : undefined
}

/** Time limit for a Python to print its path. */
const START_MS = 60_000

export interface PipDownload {
  readonly python: string
  readonly env: Environment
  /** A folder to work in, empty or new. It is removed afterwards. */
  readonly work: string
  readonly signal: AbortSignal
  readonly onBytes: (done: number) => void
  /** The time after which a pip without progress is given up: it may retry for minutes when no server answers. */
  readonly stallMs?: number
}

const WATCH_MS = 200
/** Several times as long as pip waits for an answer, 15 s. */
const STALL_MS = 120_000

/**
 * Downloads a wheel to `path`. Returns pip's error message, or undefined after success. An interrupted download also
 * leaves its part at `path`.
 */
export async function pipDownload(
  wheel: Wheel,
  path: string,
  { python, env, work, signal, onBytes, stallMs = STALL_MS }: PipDownload,
): Promise<string | undefined> {
  await makeFolder(work)
  // pip downloads into a temporary folder; inside ours its progress can be watched, and it is removed with ours
  let over = false
  const stall = new AbortController()
  const stalled = setTimeout(() => stall.abort(), stallMs)
  let before = 0
  const watch = setInterval(async () => {
    const done = await bytesIn(work).catch(() => 0)
    if (over) return
    if (done !== before) stalled.refresh()
    before = done
    onBytes(done)
  }, WATCH_MS)
  try {
    const { code, stderr } = await run(
      python,
      ['-m', 'pip', ...argumentsFor(wheel, work)],
      { ...env, TMPDIR: work },
      AbortSignal.any([signal, stall.signal]),
    )
    signal.throwIfAborted()
    if (stall.signal.aborted) return 'it made no progress for too long'
    if (code !== 0) return lastLine(stderr) ?? (code === null ? 'it was killed' : `its exit code was ${code}`)
    await rename(join(work, wheel.file), path)
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return `it did not download ${wheel.file}`
    throw error
  } finally {
    over = true
    clearInterval(watch)
    clearTimeout(stalled)
    await keepPart(work, path)
    await rm(work, { recursive: true, force: true })
  }
}

/** Keeps pip's temporary file, which is the beginning of the wheel, if it is longer than the part at `path`. */
async function keepPart(work: string, path: string): Promise<void> {
  for (const name of await readdir(work, { recursive: true })) {
    const part = join(work, name)
    if (basename(name) === basename(path) && (await bytesIn(part)) > (await bytesIn(path))) await rename(part, path)
  }
}

/** Arguments that select the wheel for this system and the pinned version of Python, whatever Python runs pip. */
function argumentsFor({ project, version, file }: Wheel, folder: string): string[] {
  const [tags, abi, platforms] = file
    .replace(/\.whl$/, '')
    .split('-')
    .slice(-3)
  const python = tags!.startsWith('cp')
    ? ['--python-version', tags!.slice(2), '--implementation', 'cp', '--abi', abi!]
    : []
  return [
    ...['download', '--no-deps', '--only-binary=:all:', '--dest', folder],
    ...['--no-input', '--disable-pip-version-check', '--progress-bar', 'off', '--quiet'],
    // else a second copy would stay in pip's own cache
    '--no-cache-dir',
    ...python,
    ...platforms!.split('.').flatMap((platform) => ['--platform', platform]),
    `${project}==${version}`,
  ]
}

/** The last line, without `ERROR:` before it. */
const lastLine = (text: string): string | undefined =>
  text
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^ERROR: /, '')
        .replace(/\.$/, ''),
    )
    .filter((line) => line !== '' && !line.startsWith('[notice]'))
    .at(-1)

/**
 * Ctrl-C reaches every process of the terminal, and pip would delete its download. It is ended by our signal instead.
 */
const WITHOUT_INTERRUPT = ['-c', 'trap "" INT; exec "$0" "$@"']

/** Runs Python until it ends. If it cannot be started, the code is 127. */
function run(python: string, args: readonly string[], env: Environment, signal: AbortSignal) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    // Python must not import a file of the current folder, such as types.py, as its own, nor write compiled files
    const child = spawn('/bin/sh', [...WITHOUT_INTERRUPT, python, ...args], {
      env: { ...env, PYTHONSAFEPATH: '1', PYTHONDONTWRITEBYTECODE: '1' },
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const text = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (part: string) => {
        text[name] = (text[name] + part).slice(-10_000)
      })
    }
    let failed: string | undefined
    child.on('error', ({ message }) => {
      failed = message
    })
    child.on('close', (code) =>
      resolve(failed === undefined ? { code, ...text } : { code: 127, ...text, stderr: failed }),
    )
  })
}
