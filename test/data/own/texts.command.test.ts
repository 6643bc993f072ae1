/** Texts in the whole of the command: runs that are opened again, and padding that changes nothing. */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { runMain } from '../../support/main.js'
import { ownSpec } from '../../support/own-data.js'

const WORDS = ['good', 'fine', 'happy', 'bad', 'sad', 'poor', 'the', 'film', 'a']
const rows = Array.from({ length: 90 }, (_, row) => {
  const length = 3 + (row % 4)
  const words = Array.from({ length }, (_, at) => WORDS[(row % 2) * 3 + ((row + at * 5) % 3)] ?? 'the')
  return `"${words.join(' ')} film ${row % 7}",${row % 2}`
})
const FILES = { 'a.csv': `text,y\n${rows.join('\n')}\n` }
const DATA = { source: 'a.csv', target: 'y', test: 0.2 }
const HEAD = { type: 'Dense', units: 'auto', activation: 'sigmoid' }

function specOf(feature: object, layers: readonly object[]): string {
  const data = { ...DATA, features: { text: { type: 'text', ...feature } } }
  const model = { type: 'Sequential', layers: [...layers, HEAD] }
  return ownSpec(FILES, data, { model, loss: 'binary_crossentropy', fit: { epochs: 3, batch_size: 16 }, seed: 4 })
}

async function trained(path: string) {
  const cwd = dirname(path)
  const { code, stderr } = await runMain(['spec.json', '--out', 'run'], { cwd })
  expect(code, stderr).toBe(0)
  return JSON.parse(readFileSync(join(cwd, 'run/history.json'), 'utf8'))
}

test.each([
  { output_mode: 'tf_idf', ngrams: 2 },
  { output_mode: 'count', split: 'words' },
])('25: a run with %o is opened again (keras-team/keras#22330)', async (feature) => {
  const path = specOf(feature, [])
  const { test: score } = await trained(path)
  const { code, stdout, stderr } = await runMain(['evaluate', 'run', '--json'], { cwd: dirname(path) })
  expect(code, stderr).toBe(0)
  expect(JSON.parse(stdout).test).toEqual(score)
})

test('an Embedding with mask_zero skips padding, so the length of rows changes nothing', async () => {
  const layers = [
    { type: 'Embedding', input_dim: 'auto', output_dim: 4, mask_zero: true },
    { type: 'LSTM', units: 3 },
  ]
  const [short, long] = [8, 13].map((output_sequence_length) => specOf({ output_sequence_length }, layers))
  const [some, others] = [await trained(short!), await trained(long!)]
  expect(others.test.loss).toBeCloseTo(some.test.loss, 5)
  expect(others.test.loss).not.toBe(0)
})

test('a text that is not UTF-8 ends the command with its row, exit code 2', async () => {
  const path = specOf({}, [])
  writeFileSync(
    join(dirname(path), 'a.csv'),
    Buffer.concat([Buffer.from('text,y\nx,1\n'), Buffer.of(0xe9, 0x2c, 0x32, 0x0a)]),
  )
  const { code, stderr } = await runMain(['validate', 'spec.json'], { cwd: dirname(path) })
  expect(code).toBe(2)
  expect(stderr).toMatch(/row 2/)
})
