/** Downloads by pip, where there is one: it heeds the user's index, proxy, certificates and passwords. */
import { spawn } from 'node:child_process'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { activePython, type Environment } from './python.js'
import type { Wheel } from './wheels.js'

/** The Python whose pip fetches; `undefined` where there is none. */
export async function findPip(env: Environment, signal: AbortSignal): Promise<string | undefined> {
  const python = activePython(env)
  if (python === undefined) return undefined
  const { code } = await run(python, ['-m', 'pip', '--version'], env, signal)
  return code === 0 ? python : undefined
}

export interface PipDownload {
  readonly python: string
  readonly env: Environment
  /** An empty or new folder, gone afterwards. */
  readonly work: string
  readonly signal: AbortSignal
  readonly onBytes: (done: number) => void
}

const WATCH_MS = 200

/** Fetches a wheel to `path`; answers with what pip complained about, or with nothing when all went well. */
export async function pipDownload(
  wheel: Wheel,
  path: string,
  { python, env, work, signal, onBytes }: PipDownload,
): Promise<string | undefined> {
  await mkdir(work, { recursive: true })
  // pip downloads into a temporary folder of its own: within ours its progress is seen, and it goes with ours
  const watch = setInterval(() => void bytesIn(work).then(onBytes, () => {}), WATCH_MS)
  try {
    const { code, stderr } = await run(
      python,
      ['-m', 'pip', ...argumentsFor(wheel, work)],
      { ...env, TMPDIR: work },
      signal,
    )
    signal.throwIfAborted()
    if (code !== 0) return lastLine(stderr) ?? `it ended with ${code}`
    await rename(join(work, wheel.file), path)
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return `it did not bring ${wheel.file}`
    throw error
  } finally {
    clearInterval(watch)
    await rm(work, { recursive: true, force: true })
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

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Runs a program to its end; one that cannot be started ends with 127. */
function run(file: string, args: readonly string[], env: Environment, signal: AbortSignal) {
  return new Promise<{ code: number | null; stderr: string }>((resolve) => {
    const child = spawn(file, args, { env, signal, stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-10_000)
    })
    let failed: string | undefined
    child.on('error', ({ message }) => {
      failed = message
    })
    child.on('close', (code) => resolve(failed === undefined ? { code, stderr } : { code: 127, stderr: failed }))
  })
}
