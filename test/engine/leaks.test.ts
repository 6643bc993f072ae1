/** Training holds on to nothing: the tensors and the memory of a process are those of its first steps. */
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { engineNames, type RealEngine } from '../support/engines.js'

const folder = join(import.meta.dirname, '../../specs')
const specs = readdirSync(folder).filter((file) => file.endsWith('.json') && !file.endsWith('.schema.json'))
const child = join(import.meta.dirname, '../support/leaks-child.js')

interface Measured {
  readonly tensors: number
  /** Bytes. */
  readonly resident: number
}

/** Hundreds of steps; fewer for specs whose steps are long. */
const HUNDREDS: Partial<Record<RealEngine, number>> = { onnx: 10 }
const FEWER = 3
const LONG_STEPS = [
  ...['go-policy', 'mnist-cnn', 'mnist-cnn-bn', 'mnist-resnet', 'mnist-transformer'],
  // as others, but for the length of their chains
  ...['rbm-mnist-cd25', 'rbm-mnist-pcd15', 'class-rbm-mnist-cd25'],
]

/** What is in memory after each hundred steps. */
async function measured(spec: string, engine: string, hundreds: number): Promise<Measured[]> {
  const args = ['--expose-gc', child, join(folder, spec), engine, String(hundreds)]
  const { stdout } = await promisify(execFile)(process.execPath, args).catch(({ code, signal, stdout, stderr }) => {
    throw new Error(`ended with code ${code}, signal ${signal}: ${stdout}${stderr}`)
  })
  return JSON.parse(stdout)
}

const mean = (of: readonly Measured[]) => of.reduce((sum, { resident }) => sum + resident, 0) / of.length

const engines = engineNames.flatMap((engine) => {
  const hundreds = HUNDREDS[engine]
  return hundreds === undefined ? [] : [{ engine, hundreds }]
})

describe.each(engines)('training on engine $engine leaves nothing behind', ({ engine, hundreds: most }) => {
  test.each(specs)('specs/%s', async (spec) => {
    const hundreds = LONG_STEPS.includes(basename(spec, '.json')) ? Math.min(FEWER, most) : most
    const found = await measured(spec, engine, hundreds)
    expect(found).toHaveLength(hundreds)
    const [first, ...later] = found
    expect(later.map(({ tensors }) => tensors)).toEqual(later.map(() => first!.tensors))
    // that of one moment is what happens to be freed; and what the start of a run leaves would hide a small leak
    const third = Math.ceil(later.length / 3)
    expect(found.at(-1)!.resident).toBeLessThan(
      1.1 * Math.max(...found.slice(0, third).map(({ resident }) => resident)),
    )
    expect(mean(later.slice(-third))).toBeLessThan(1.1 * mean(later.slice(0, third)))
  })
})
