/** Downloads by pip, where there is one: it heeds the user's index, proxy, certificates and passwords. */
import { spawn } from 'node:child_process'
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeFolder } from '../base/make-folder.js'
import { bytesIn } from './disk-space.js'
import { activePython, type Environment } from './python.js'
import type { Wheel } from './wheels.js'

/** The Python whose pip fetches, itself and not a script that starts it; `undefined` where there is none. */
export async function findPip(env: Environment, signal: AbortSignal): Promise<string | undefined> {
  const python = activePython(env)
  if (python === undefined) return undefined
  const patience = AbortSignal.any([signal, AbortSignal.timeout(START_MS)])
  const { code, stdout } = await run(python, ['-c', 'import sys, pip; print(sys.executable)'], env, patience)
  signal.throwIfAborted()
  return code === 0 ? stdout.trim() || python : undefined
}

/** A Python that takes longer to say where it is has none of our trust. */
const START_MS = 60_000

export interface PipDownload {
  readonly python: string
  readonly env: Environment
  /** An empty or new folder, gone afterwards. */
  readonly work: string
  readonly signal: AbortSignal
  readonly onBytes: (done: number) => void
  /** A pip that brings nothing for so long is given up: it may repeat for minutes what no server answers. */
  readonly stallMs?: number
}

const WATCH_MS = 200
/** Longer than pip waits for one answer, 15 s, several times. */
const STALL_MS = 120_000

/**
 * Fetches a wheel to `path`; answers with what pip complained about, or with nothing when all went well. What an
 * interrupted pip has fetched lies at `path` too.
 */
export async function pipDownload(
  wheel: Wheel,
  path: string,
  { python, env, work, signal, onBytes, stallMs = STALL_MS }: PipDownload,
): Promise<string | undefined> {
  await makeFolder(work)
  // pip downloads into a temporary folder of its own: within ours its progress is seen, and it goes with ours
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
    if (stall.signal.aborted) return 'it brought nothing for too long'
    if (code !== 0) return lastLine(stderr) ?? (code === null ? 'it was killed' : `it ended with ${code}`)
    await rename(join(work, wheel.file), path)
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return `it did not bring ${wheel.file}`
    throw error
  } finally {
    over = true
    clearInterval(watch)
    clearTimeout(stalled)
    await keepPart(work, path)
    await rm(work, { recursive: true, force: true })
  }
}

/** Pip's temporary file is the beginning of the wheel; it is kept where it is more than what is there. */
async function keepPart(work: string, path: string): Promise<void> {
  for (const name of await readdir(work, { recursive: true })) {
    const part = join(work, name)
    if (basename(name) === basename(path) && (await bytesIn(part)) > (await bytesIn(path))) await rename(part, path)
  }
}

/** The wheel for this system and the one version of Python that is pinned, whatever Python runs pip. */
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
    // else as much again would stay in pip's own cache
    '--no-cache-dir',
    ...python,
    ...platforms!.split('.').flatMap((platform) => ['--platform', platform]),
    `${project}==${version}`,
  ]
}

/** Without `WARNING:` and the like before it. */
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

/** Ctrl-C reaches every program of a terminal: pip would clear away what it has fetched. It is ended by the signal here. */
const WITHOUT_INTERRUPT = ['-c', 'trap "" INT; exec "$0" "$@"']

/** Runs Python to its end; one that cannot be started ends with 127. */
function run(python: string, args: readonly string[], env: Environment, signal: AbortSignal) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    // no file of the current folder, such as types.py, is taken for one of Python's own, and none is compiled to the disk
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
