/** Asks real Keras, in the Python that PEERS_PYTHON names (scripts/keras-python.sh installs one). */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { PlainArray } from './predictions.js'

export const kerasPython = process.env.PEERS_PYTHON

/** A model to load from NAME.keras, what it predicts for, and how it trains on. */
export interface PeerJob {
  readonly name: string
  readonly file: Uint8Array
  readonly inputs: readonly PlainArray[]
  /** Targets of the outputs, and arguments of Keras' `fit`. */
  readonly fit?: { readonly targets: readonly PlainArray[]; readonly [argument: string]: unknown }
}

export interface PeerResult {
  readonly name: string
  readonly error?: string
  /** Name of the class of the model. */
  readonly class: string
  readonly outputs: readonly (readonly number[])[]
  readonly history?: Readonly<Record<string, readonly number[]>>
}

/** Does the jobs in one process. Returns the results by their names. */
export async function askKeras(jobs: readonly PeerJob[]): Promise<ReadonlyMap<string, PeerResult>> {
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
  try {
    for (const { name, file } of jobs) writeFileSync(join(folder, `${name}.keras`), file)
    const asked = jobs.map(({ file: _, ...job }) => job)
    writeFileSync(join(folder, 'jobs.json'), JSON.stringify(asked))
    return await resultsIn(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function resultsIn(folder: string): Promise<ReadonlyMap<string, PeerResult>> {
  const script = fileURLToPath(new URL('keras_peer.py', import.meta.url))
  const child = spawn(kerasPython!, ['-B', script, folder], {
    env: { KERAS_BACKEND: 'jax', XLA_FLAGS: QUICKLY_COMPILED, ...process.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (data) => {
    said += data
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const results = new Map<string, PeerResult>()
  for await (const line of createInterface({ input: child.stdout })) {
    const result = JSON.parse(line) as PeerResult
    results.set(result.name, result)
  }
  if ((await ended) !== 0) throw new Error(`${script} failed: ${said}`)
  return results
}

/** Each model is compiled anew, and runs for a few steps. */
const QUICKLY_COMPILED = '--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true'
