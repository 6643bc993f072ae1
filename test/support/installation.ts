/** An installation of a made-up library, as tests ask for one. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Transfer } from '../../src/base/transfer.js'
import type { TensorflowLibrary } from '../../src/libtensorflow/locate.js'
import { type InstallOptions, installLibrary } from '../../src/libtensorflow/setup.js'
import { wheelSource } from '../../src/libtensorflow/wheel-source.js'
import { temporaryFolder } from './command.js'
import type { MadeUpWheel } from './package-index.js'

export interface Trial {
  readonly wheels: readonly MadeUpWheel[]
  readonly index: string
  /** Default: a new one. */
  readonly cache?: string
  /** Further variables; without a PATH there is no pip. */
  readonly env?: Readonly<Record<string, string>>
  readonly target?: InstallOptions['target']
  readonly check?: InstallOptions['check']
  readonly free?: InstallOptions['free']
  readonly signal?: AbortSignal
  readonly stallMs?: number
  readonly onProgress?: (progress: Transfer) => void
}

export interface Tried {
  readonly cache: string
  readonly said: readonly string[]
  readonly progress: readonly Transfer[]
  readonly checked: readonly TensorflowLibrary[]
  /** The thrown error. */
  readonly error?: Error
}

/** Installs from an index; says all that can be seen of it. */
export async function tryInstall(trial: Trial): Promise<Tried> {
  const cache = trial.cache ?? join(temporaryFolder(), 'cache')
  const said: string[] = []
  const progress: Transfer[] = []
  const checked: TensorflowLibrary[] = []
  const signal = trial.signal ?? new AbortController().signal
  const listener = {
    say: (line: string) => void said.push(line),
    progress(one: Transfer) {
      progress.push(one)
      trial.onProgress?.(one)
    },
  }
  try {
    const source = await wheelSource(
      trial.wheels.map(({ wheel }) => wheel),
      {
        cache,
        env: { PIP_INDEX_URL: trial.index, ...trial.env },
        signal,
        listener,
        patience: { waitsMs: [1, 1, 1], stallMs: trial.stallMs ?? 10_000 },
      },
    )
    await installLibrary({
      target: trial.target ?? 'tensorflow',
      source,
      cache,
      signal,
      listener,
      ...(trial.free && { free: trial.free }),
      async check(library) {
        checked.push(library)
        return (await trial.check?.(library)) ?? 'fine'
      },
    })
  } catch (error) {
    return { cache, said, progress, checked, error: error as Error }
  }
  return { cache, said, progress, checked }
}

/** Files below a folder, sorted; none when it is not there. */
export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .toSorted()
  } catch {
    return []
  }
}
