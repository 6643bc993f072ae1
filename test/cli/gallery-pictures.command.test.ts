/** The specs of the gallery on pictures train on the pictures that specs/data/make-pictures.js makes. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'

const SPECS = join(import.meta.dirname, '../../specs')

let pictures: string
beforeAll(() => {
  pictures = mkdtempSync(join(tmpdir(), 'pictures-'))
  execFileSync(process.execPath, [join(SPECS, 'data/make-pictures.js'), pictures])
})
afterAll(() => rmSync(pictures, { recursive: true }))

/** Trains for some epochs; returns the test scores. */
async function trained(name: string, epochs: number, ...paths: readonly string[]) {
  const cwd = temporaryFolder()
  const sets = [...paths.map((path) => `data.${path}`), `fit.epochs=${epochs}`].flatMap((set) => ['--set', set])
  const spec = join(SPECS, `${name}.json`)
  const run = await runCommand([spec, '--engine', 'onnx', '-v', '0', '--out', name, ...sets], { cwd })
  expect(run.code, run.stderr).toBe(0)
  return JSON.parse(readFileSync(join(cwd, name, 'history.json'), 'utf8')).test
}

test('digits by class', async () => {
  const { acc } = await trained('digits-pictures', 6, `source=${pictures}/digits`)
  expect(acc).toBeGreaterThan(0.8)
})

test('shapes with masks', async () => {
  const paths = [`source=${pictures}/shapes/images`, `target.masks=${pictures}/shapes/masks/{stem}.png`]
  const { acc } = await trained('shapes', 2, ...paths)
  // most pixels are background
  expect(acc).toBeGreaterThan(0.8)
})
