/** Complaints about other programs that the command answers, each an issue of theirs. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { runMain } from '../support/main.js'
import { ownSpec } from '../support/own-data.js'

const csv = (count: number, row: (index: number) => string): string =>
  ['x,y', ...Array.from({ length: count }, (_, index) => row(index))].join('\n')

const DATA = { source: 'a.csv', target: 'y', features: { x: 'float' } }

/** Runs `train ...args spec.json` in the folder of a spec. */
async function trainOn(args: readonly string[], ...spec: Parameters<typeof ownSpec>) {
  const cwd = dirname(ownSpec(...spec))
  return { ...(await runMain([...args, 'spec.json'], { cwd })), hasRun: existsSync(join(cwd, 'runs')) }
}

test('2: train data shows rows with their labels (tensorflow/tensorflow#50124, keras-team/keras#14416)', async () => {
  const files = { 'a.csv': csv(40, (row) => `${row + 1},${'abcd'[row % 4]}`) }
  const { code, stdout } = await trainOn(['data', '--json'], files, DATA)
  expect(code).toBe(0)
  const { samples } = JSON.parse(stdout)
  expect(samples.length).toBeGreaterThan(2)
  for (const { row, values } of samples) expect(values).toEqual({ x: String(row), y: 'abcd'[(row - 1) % 4] })
})

test('3: a class that does not validate ends training before its first step (keras-team/keras#8346)', async () => {
  const files = { 'a.csv': csv(50, (row) => `${row},${Math.floor(row / 10)}`) }
  const fit = { validation_split: 0.2 }
  expect(await trainOn([], files, { ...DATA, split: 'last' }, { fit })).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/target "y": no row of class "4" is left to train on; .*\n.*left to validate on; /),
    hasRun: false,
  })
})

test('6: train data counts rows that are in two parts (keras-team/keras-preprocessing#290, keras-team/keras#14277)', async () => {
  const files = { 'a.csv': csv(60, (row) => `${row % 20},${row % 2}`) }
  const data = { ...DATA, test: 0.25 }
  const report = async (split: object) => {
    const { stdout } = await trainOn(['data', '--json'], files, { ...data, ...split })
    return JSON.parse(stdout)
  }
  const drawn = await report({})
  expect(drawn.repeats.shared.train_test).toBeGreaterThan(5)
  expect(drawn.warnings).toContainEqual(expect.objectContaining({ code: 'overlap' }))
  const grouped = await report({ split: { group: 'x' } })
  expect(grouped.repeats.shared.train_test).toBe(0)
})

test('21: train data prints the first window with the rows of its targets (keras-team/keras#21305, tensorflow/tensorflow#40343)', async () => {
  const files = { 'a.csv': csv(30, (row) => `${row / 4},${100 + row}`) }
  const window = { sequence_length: 8, sampling_rate: 2, horizon: [1, 3] }
  const layers = [{ type: 'Flatten' }, { type: 'Dense', units: 'auto' }]
  const rest = { model: { type: 'Sequential', layers }, loss: 'mse' }
  const { code, stdout } = await trainOn(['data', '--json'], files, { ...DATA, window }, rest)
  expect(code).toBe(0)
  const { first, rows, repeats } = JSON.parse(stdout)
  // 30 rows, and 14 + 3 more than the first of a window: none is lost
  expect(rows.train).toBe(13)
  expect(repeats).toBeNull()
  expect(first).toMatchObject({ kind: 'window', rows: [1, 3, 5, 7, 9, 11, 13, 15], target_rows: [16, 18] })
  const shown = [1, 3, 5, 11, 13, 15].map((row) => ({ row, use: 'input', values: { x: String((row - 1) / 4) } }))
  const targets = [16, 18].map((row) => ({ row, use: 'target', values: { y: String(99 + row) } }))
  expect(first.shown).toEqual([...shown, ...targets])
  const text = await trainOn(['data'], files, { ...DATA, window }, rest)
  expect(text.stdout).toContain('The first window: rows 1 to 15 in steps of 2, target in rows 16 and 18\n')
  expect(text.stdout).toMatch(
    /^ {2}row +1 +3 +5 +\.\.\. +11 +13 +15 +16 +18\n {2}x +0 +0.5 +1 +2.5 +3 +3.5 *\n {2}y +115 +117$/m,
  )
})
