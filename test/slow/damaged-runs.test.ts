/** Damaged files of a run: its model is opened whole and gives answers, or is refused in a sentence. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { beforeAll, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { openNew } from '../../src/data/open-new.js'
import { UNWATCHED } from '../../src/data/watch.js'
import { openEngine } from '../../src/engine/registry.js'
import { openModel } from '../../src/run/open-model.js'
import { openPredictor } from '../../src/run/predictor.js'
import { runCommand } from '../support/command.js'
import { forDamaged } from '../support/damaged.js'

const CSV = ['a,b,kind', ...Array.from({ length: 30 }, (_, row) => `${row / 7},${row % 3},${'xyz'[row % 3]}`)].join(
  '\n',
)
const SPEC = {
  data: { source: 'rows.csv', target: 'kind', missing: { a: 'median' } },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
}
/** For each file. */
const COPIES = 500

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(SPEC))
  writeFileSync(join(folder, 'rows.csv'), CSV)
  const { code, stderr } = await runCommand(['spec.json', '--out', 'run', '--engine', 'onnx'], { cwd: folder })
  expect(code, stderr).toBe(0)
  cpSync(join(folder, 'run'), join(folder, 'damaged'), { recursive: true })
  return () => rmSync(folder, { recursive: true })
})

async function answers(run: string): Promise<Float32Array> {
  const trained = await openModel(run)
  const { engine } = await openEngine('eager:cpu', { device: 'auto', precision: 'float32', logs: false })
  const rows = await openNew({
    ...{ data: trained.spec.data, preparation: trained.preparation, seed: trained.spec.seed },
    ...{ keep: [], cellByCell: false, noted() {}, given: [join(folder, 'rows.csv')], stream: Readable.from([]) },
    watch: UNWATCHED,
  })
  const predictor = await openPredictor({ trained, fields: rows.fields, engine })
  try {
    for await (const { fields, count } of rows.pieces()) return (await predictor.predict(fields, count)).kind!
    throw new Error('no rows')
  } finally {
    rows.close()
    await predictor.dispose()
  }
}

test.each(['preparation.json', 'spec.json', 'model/model.json', 'model/weights.bin'])('%s', async (file) => {
  const whole = await answers(join(folder, 'run'))
  const bytes = readFileSync(join(folder, 'run', file))
  const before = readdirSync(folder).toSorted()
  const counts = { opened: 0, refused: 0 }
  await forDamaged(
    bytes,
    async (damaged) => {
      writeFileSync(join(folder, 'damaged', file), damaged)
      try {
        const found = await answers(join(folder, 'damaged'))
        expect(found).toHaveLength(whole.length)
        counts.opened++
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        expect(error.message).not.toMatch(/undefined|\[object|internal|:$/)
        counts.refused++
      }
    },
    COPIES,
  )
  writeFileSync(join(folder, 'damaged', file), bytes)
  expect(await answers(join(folder, 'damaged'))).toEqual(whole)
  expect(readdirSync(folder).toSorted()).toEqual(before)
  expect(counts.opened + counts.refused).toBeGreaterThanOrEqual(COPIES)
  expect(counts.refused).toBeGreaterThan(100)
})
