/** Every number of the format at its bounds, and far beyond: refused in words, or a model that builds and takes a step. */
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { checkValues, warningsOf } from '../../src/cli/check-spec.js'
import { learnerOf } from '../../src/cli/learner.js'
import { openSession } from '../../src/cli/session.js'
import { stagesOf } from '../../src/cli/stages.js'
import { loadData } from '../../src/data/registry.js'
import { memoryOf } from '../../src/engine/compiled/graph/memory.js'
import { simplifiedGraph } from '../../src/engine/compiled/passes/simplified.js'
import { openEngine } from '../../src/engine/registry.js'
import type { ResolvedSpec } from '../../src/spec/spec.js'
import { train } from '../../src/training/loop.js'
import { ownEngines } from '../support/engines.js'
import { numberFields } from '../support/number-fields.js'
import { readText } from '../support/read-spec.js'

/** All values on every engine of ours with NUMBERS=all in the environment; else some of them. */
const ALL = process.env.NUMBERS === 'all'
const FAR = [0, -1, 0.5, 2 ** 31, 2 ** 53, 1e308, -1e308]
/** What one field tries of so many values, each field others. */
const SHARE = ALL ? 1 : 4
/** Milliseconds that reading, building and tracing may take. */
const MOST = 10_000
/** Models up to which a step is taken. */
const SMALL = { bytes: 20e6, nodes: 2_000 }

const fields = numberFields()

test('all kinds of fields are met', () => {
  expect(fields.length).toBeGreaterThan(550)
  const kinds = new Set(fields.map(({ path }) => path.split('/')[0]))
  expect(kinds.size).toBeGreaterThan(15)
})

const engines = ALL ? ownEngines : ['onnx' as const]
const groupOf = (path: string) => path.split('/').slice(0, 2).join('/')
const groups = new Set(fields.map(({ path }) => groupOf(path)))

describe('numbers of', () => {
  test.each([...groups])('%s', { timeout: 600_000 }, async (group) => {
    for (const { path, bounds, spec } of fields.filter((one) => groupOf(one.path) === group)) {
      const values = [...new Set([...bounds, ...FAR])]
      for (const [index, value] of values.entries()) {
        if ((index + path.length) % SHARE === 0) await expectHolds(spec(value), `${path} = ${value}`)
      }
    }
  })
})

async function expectHolds(given: object, what: string): Promise<void> {
  const begin = performance.now()
  let did = 'refused'
  try {
    const { spec, issues } = readText(JSON.stringify(given))
    for (const { message } of issues) expect(message, what).not.toMatch(/undefined|NaN|\[object|internal/)
    if (spec) did = await build(spec)
  } catch (error) {
    if (process.env.COLLECT) { console.log(`BAD ${what}: ${error instanceof Error ? error.stack!.split('\n').slice(0,4).join(' | ') : error}`); return }
    throw new Error(`${what}: ${JSON.stringify(given)}`, { cause: error })
  }
  const ms = performance.now() - begin
  if (process.env.COLLECT) { if (ms > 1500) console.log(`SLOW ${what} ${ms} ${did}`); return }
  expect(ms, `${what}, ${did}`).toBeLessThan(MOST)
}

async function build(spec: ResolvedSpec): Promise<string> {
  warningsOf(spec)
  if ((await checkValues(spec)).length > 0) return 'refused'
  const dataset = await loadData(spec.data, 0)
  const [stage] = stagesOf(spec, dataset.info)
  const batchSize = Math.min(stage!.spec.fit.batch_size, dataset.train.count)
  const lengths = { batchSize, stepsPerEpoch: 1 }
  const learner = learnerOf(stage!.spec, dataset.info, lengths, () => Array(dataset.info.sampleShape[0]!).fill(0.5))
  const state = learner.model.weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 4), 0)
  if (state > 50 * SMALL.bytes) return 'built'
  const graph = await simplifiedGraph(learner.programs.train, batchSize)
  if (memoryOf(graph).between + state > SMALL.bytes || graph.nodes.length > SMALL.nodes) return 'traced'
  for (const name of engines) {
    const { engine } = await openEngine(name)
    try {
      const session = await openSession(stage!.spec, dataset, engine)
      const options = { ...session.training, files: { write: async () => {} }, signal: new AbortController().signal }
      try {
        for await (const event of train({ ...options, now: () => 0 })) if (event.type === 'epochEnd') break
      } finally {
        await session.runner.dispose()
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
    }
  }
  return 'trained'
}
