/** Every number of the format at its bounds and far beyond: refused with a message, or a model that takes a step. */
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { openData } from '../../src/data/load.js'
import { memoryOf } from '../../src/engine/compiled/graph/memory.js'
import { simplifiedGraph } from '../../src/engine/compiled/passes/simplified.js'
import { openEngine } from '../../src/engine/registry.js'
import { checkValues, warningsOf } from '../../src/run/check-spec.js'
import { learnerOf, NO_FACTS } from '../../src/run/learner.js'
import { openSession } from '../../src/run/session.js'
import { stagesOf } from '../../src/run/stages.js'
import type { ResolvedSpec } from '../../src/spec/spec.js'
import { train } from '../../src/training/loop.js'
import { fastest, ownEngines, type RealEngine } from '../support/engines.js'
import { numberFields } from '../support/number-fields.js'
import { readText } from '../support/read-spec.js'

/** All values on every engine of ours with NUMBERS=all in the environment; else some of them. */
const ALL = process.env.NUMBERS === 'all'
const FAR = [0, -1, 0.5, 2 ** 31, 2 ** 53, 1e308, -1e308]
/** Each field tries one of so many values. Other fields try others. */
const SHARE = ALL ? 1 : 6
/** Milliseconds that reading, building and tracing may take. */
const MOST = 10_000
/** Models up to which a step is taken. */
const SMALL = { bytes: 20e6, nodes: 2_000 }

const DATA = { dataset: 'bars-and-stripes', size: 3 }

const fields = numberFields()

test('fields of all kinds are tried', () => {
  expect(fields.length).toBeGreaterThan(550)
  const kinds = new Set(fields.map(({ path }) => path.split('/')[0]))
  expect(kinds.size).toBeGreaterThan(15)
})

const engines: readonly RealEngine[] = ALL ? ownEngines : [fastest]
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

test('slopes beyond what a float holds are infinite on every engine', { timeout: 60_000 }, async () => {
  for (const layer of [
    { type: 'LeakyReLU', negative_slope: 1e308 },
    { type: 'ReLU', negative_slope: 1e308 },
    { type: 'ELU', alpha: -1e308 },
  ]) {
    const layers = ['Flatten', { type: 'Dense', units: 2 }, layer]
    const { spec } = readText(JSON.stringify({ data: DATA, loss: 'mse', model: { type: 'Sequential', layers } }))
    await build(spec!, ownEngines)
  }
})

test('a list of 450,000 bad numbers is read in seconds', () => {
  const groups = Array(45).fill(Array(9_999).fill(-1))
  const given = {
    data: DATA,
    loss: 'mse',
    target: { type: 'grouped_label', groups },
    model: { type: 'Sequential', layers: ['Flatten'] },
  }
  const begin = performance.now()
  expect(readText(JSON.stringify(given)).issues).toHaveLength(1_001)
  expect(performance.now() - begin).toBeLessThan(MOST)
})

async function expectHolds(given: object, what: string): Promise<void> {
  const begin = performance.now()
  let did = 'refused'
  try {
    const { spec, issues } = readText(JSON.stringify(given))
    for (const { message } of issues) expect(message, what).not.toMatch(/undefined|NaN|\[object|internal/)
    if (spec) did = await build(spec)
  } catch (error) {
    throw new Error(`${what}: ${JSON.stringify(given)}`, { cause: error })
  }
  const ms = performance.now() - begin
  expect(ms, `${what}, ${did}`).toBeLessThan(MOST)
}

async function build(spec: ResolvedSpec, on: readonly RealEngine[] = engines): Promise<string> {
  const unread = await openData(spec)
  warningsOf(spec, unread.form)
  if ((await checkValues(spec, unread)).length > 0) return 'refused'
  const data = await unread.load()
  const [stage] = stagesOf(spec, data.form)
  const batchSize = Math.min(stage!.spec.fit.batch_size, data.train.count)
  const lengths = { batchSize, stepsPerEpoch: 1 }
  const learner = learnerOf(stage!.spec, data.form, lengths, {
    ...NO_FACTS,
    means: () => Array(data.form.inputs.x!.shape[0]!).fill(0.5),
  })
  const state = learner.model.weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 4), 0)
  if (state > 50 * SMALL.bytes) return 'built'
  const graph = await simplifiedGraph(learner.programs.train, batchSize)
  if (memoryOf(graph).between + state > SMALL.bytes || graph.nodes.length > SMALL.nodes) return 'traced'
  for (const name of on) {
    const { engine } = await openEngine(name)
    try {
      const session = await openSession(stage!.spec, data, engine)
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
