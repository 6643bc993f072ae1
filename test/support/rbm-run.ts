/** A small RBM, trained once for a test file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { runMain } from './main.js'

export const SMALL_RBM = {
  data: { dataset: 'mnist-10k', flatten: true, binarize: 'threshold' },
  model: { type: 'RBM', hidden_units: 12 },
  training: { algorithm: 'cd' },
  optimizer: { type: 'SGD', learning_rate: 0.1 },
  metrics: ['reconstruction_error'],
  fit: { batch_size: 100, epochs: 1 },
}

/** Trains each spec into the folder of its name; gives the folder around them. */
export async function trainedRuns(specs: Readonly<Record<string, object>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, spec] of Object.entries(specs)) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(spec))
    const { code, stderr } = await runMain([`${name}.json`, '--out', name, '--engine', 'onnx'], { cwd: folder })
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Trained for') })
  }
  return folder
}
