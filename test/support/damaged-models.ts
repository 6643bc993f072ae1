/** Imports damaged models: the result is a spec, or an error in words. Nothing is written. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { temporaryFolder } from './command.js'
import { forDamaged } from './damaged.js'
import { FIXTURES, importFile } from './imported.js'
import { zipOf } from './zip.js'

/** Models of every format. The first file is damaged; the others lie beside it. */
export const MODELS: Readonly<Record<string, readonly string[]>> = {
  '.keras': ['branches.keras'],
  '.keras of tf.keras': ['zip2.keras'],
  '.h5': ['sequences2.h5'],
  'model.json': ['tfjs/model.json', 'tfjs/weights.bin'],
  'weights.bin': ['tfjs/weights.bin', 'tfjs/model.json'],
  'keras.json': ['keras1/graph.json'],
}

const SEED = 20_261_129

/** Imports copies with damaged bytes. Returns how many were refused. */
export async function importDamaged(format: string, runs: number): Promise<number> {
  const folder = temporaryFolder()
  const [damaged, ...others] = MODELS[format]!.map((file) => ({
    name: nameOf(file),
    bytes: readFileSync(join(FIXTURES, file)),
  }))
  for (const { name, bytes } of others) writeFileSync(join(folder, name), bytes)
  const imported = format === 'weights.bin' ? 'model.json' : damaged!.name
  let refused = 0
  await forDamaged(
    damaged!.bytes,
    async (bytes) => {
      writeFileSync(join(folder, damaged!.name), bytes)
      refused += await expectSpecOrWords(join(folder, imported))
    },
    runs,
  )
  return refused
}

const nameOf = (file: string): string => file.split('/').at(-1)!

const CONFIGS = ['branches.config.json', 'sequences.config.json', 'attention.config.json', 'keras1/graph.json']

/** Values that no program would write. */
const HOSTILE: readonly unknown[] = [
  ...[null, true, -1, 0, 0.5, 1e308, 2 ** 31, 2 ** 53, 1e9, '', '../../evil', '__proto__', 'constructor', '\u0000'],
  ...[[], {}, [[]], [null], [-1, 1e9], { class_name: 'Lambda', config: { function: 'os.system' } }],
  ...[{ class_name: 'Sequential', config: { layers: [] } }, { toString: 1 }, Array(5000).fill(7)],
]

/** Imports archives and JSON files in which values of the configuration are replaced. Returns how many were refused. */
export async function importMutated(runs: number): Promise<number> {
  const folder = temporaryFolder()
  const configs = CONFIGS.map((file) => readFileSync(join(FIXTURES, file), 'utf8'))
  let refused = 0
  const mutation = fc.record({ at: fc.nat(), value: fc.constantFrom(...HOSTILE), asKey: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...configs),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      async (config, mutations) => {
        const text = mutations.reduce(mutated, config)
        writeFileSync(join(folder, 'model.json'), text)
        writeFileSync(join(folder, 'model.keras'), zipOf({ 'config.json': text, 'model.weights.h5': 'none' }))
        for (const file of ['model.json', 'model.keras']) refused += await expectSpecOrWords(join(folder, file))
      },
    ),
    { seed: SEED, numRuns: runs },
  )
  return refused
}

/** Replaces one of all values, or its key. */
function mutated(text: string, { at, value, asKey }: { at: number; value: unknown; asKey: boolean }): string {
  let left = at % text.match(/[:,[]/g)!.length
  return JSON.stringify(
    JSON.parse(text, function (this: unknown, _key, given) {
      if (left-- !== 0) return given
      if (!asKey || typeof this !== 'object' || Array.isArray(this)) return value
      Object.defineProperty(this, typeof value === 'string' && value !== '' ? value : 'odd', {
        value: given,
        enumerable: true,
        configurable: true,
      })
      return undefined
    }),
  )
}

/** Returns 1 if the file was refused, else 0. */
async function expectSpecOrWords(path: string): Promise<number> {
  const { TMPDIR } = process.env
  const scratch = mkdtempSync(join(tmpdir(), 'trainspec-scratch-'))
  process.env.TMPDIR = scratch
  try {
    const { text, weights } = await importFile(path)
    expect(text).toContain('"layers"')
    for (const values of Object.values(weights ?? {})) expect(values.every(Number.isFinite)).toBe(true)
    return 0
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    for (const { message } of [error, ...error.issues]) {
      expect(message).not.toMatch(/undefined|\[object|:$/)
      expect(message.length).toBeLessThan(path.length + 600)
    }
    return 1
  } finally {
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
    expect(readdirSync(scratch)).toEqual([])
    rmSync(scratch, { recursive: true })
  }
}
