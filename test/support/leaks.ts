/** Training leaks nothing: a process keeps the number of tensors and the memory of its first steps. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'

const child = join(import.meta.dirname, 'leaks-child.js')

interface Measured {
  readonly tensors: number
  /** Bytes. */
  readonly resident: number
}

/** Trains a spec on engine `onnx` for some hundreds of steps. */
export async function expectNoLeak(spec: string, hundreds: number): Promise<void> {
  const found = await measured(spec, 'onnx', hundreds)
  expect(found).toHaveLength(hundreds)
  const [first, ...later] = found
  expect(later.map(({ tensors }) => tensors)).toEqual(later.map(() => first!.tensors))
  // that of one moment is what happens to be freed; and what the start of a run leaves would hide a small leak
  const third = Math.ceil(later.length / 3)
  expect(found.at(-1)!.resident).toBeLessThan(1.1 * Math.max(...found.slice(0, third).map(({ resident }) => resident)))
  expect(mean(later.slice(-third))).toBeLessThan(1.1 * mean(later.slice(0, third)))
}

/** Memory in use after each hundred steps. */
async function measured(spec: string, engine: string, hundreds: number): Promise<Measured[]> {
  const args = ['--expose-gc', child, spec, engine, String(hundreds)]
  const { stdout } = await promisify(execFile)(process.execPath, args).catch(({ code, signal, stdout, stderr }) => {
    throw new Error(`ended with code ${code}, signal ${signal}: ${stdout}${stderr}`)
  })
  return JSON.parse(stdout)
}

const mean = (of: readonly Measured[]) => of.reduce((sum, { resident }) => sum + resident, 0) / of.length
