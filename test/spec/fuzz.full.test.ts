/** Many specs with mistakes are read to their end, and valid ones train. */
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { formatIssue } from '../../src/base/issue.js'
import { loadData } from '../../src/data/load.js'
import { openEngine } from '../../src/engine/registry.js'
import { openSession } from '../../src/run/session.js'
import type { SupervisedSpec } from '../../src/spec/spec.js'
import type { TrainingEvent } from '../../src/training/events.js'
import { train } from '../../src/training/loop.js'
import { readsMutated, readsSaved, readsWithSettings, SEED } from '../support/fuzz.js'
import { runMain } from '../support/main.js'
import { mutatedSpec } from '../support/mutated-spec.js'
import { readText } from '../support/read-spec.js'
import { validSpec } from '../support/valid-spec.js'

const RUNS = 2_000
/** Valid specs that are trained; more with VALID_SPECS in the environment. */
const VALID = 60
/** How many of them go through the real command. */
const COMMANDS = 30

test(`${RUNS} specs with mistakes`, () => {
  const good = readsMutated(RUNS)
  // the mutations reach past the first check: some do no harm
  expect(good).toBeGreaterThan(RUNS / 50)
  expect(good).toBeLessThan(RUNS / 2)
})

test('good specs once saved are read as the same', () => {
  expect(readsSaved(500)).toBeGreaterThan(50)
})

test('with --set an issue points to the file or to the option', () => readsWithSettings(RUNS / 2))

test.each([
  ['names', { type: 'Dens', units: 10 }],
  ['values', { type: 'Dense', units: -1 }],
  ['types', 1],
])('a file with 9,000 wrong %s is read to its end', (_, layer) => {
  const layers = Array.from({ length: 9000 }, () => layer)
  const { issues } = readText(JSON.stringify({ data: 'mnist', loss: 'mse', model: { type: 'Sequential', layers } }))
  expect(issues).toHaveLength(1001)
  // that there are too many layers is one more
  expect(issues.at(-1)!.message).toBe('and 8001 more problems after this one')
})

describe('through the command', () => {
  test(`${COMMANDS} of them end with 0 or 2`, async () => {
    const texts = fc.sample(mutatedSpec(), { seed: SEED, numRuns: COMMANDS })
    for (const text of texts) {
      const { code, stdout, stderr } = await runMain(['validate', '-'], { stdin: text })
      expect([0, 2], text).toContain(code)
      expect(stdout).toBe('')
      expect(stderr).toMatch(code === 0 ? /^-: ok\n$/ : /^-:\d+:\d+[ :]/)
      expect(stderr).not.toMatch(/\n\s+at .*:\d+:\d+/)
    }
  })
})

describe('valid specs, made from the tables of the format', () => {
  const numbers = Array.from({ length: Number(process.env.VALID_SPECS ?? VALID) }, (_, index) => index)
  const types = new Set<string>()

  test.each(numbers)('%i trains', { timeout: 60_000 }, async (number) => {
    const given = validSpec(number)
    const { spec, issues } = readText(JSON.stringify(given))
    expect(issues.map(formatIssue), JSON.stringify(given)).toEqual([])
    const { engine } = await openEngine('onnx')
    for (const layer of (given.model as { layers: { type: string }[] }).layers) types.add(layer.type)
    const resolved = spec as SupervisedSpec
    const session = await openSession(resolved, await loadData(resolved), engine)
    onTestFinished(() => session.runner.dispose())
    const options = {
      ...session.training,
      files: { write: async () => {} },
      signal: new AbortController().signal,
      now: () => 0,
    }
    const events: TrainingEvent[] = []
    try {
      for await (const event of train(options)) events.push(event)
    } catch (error) {
      throw new Error(`${JSON.stringify(given)}: ${error instanceof Error ? error.stack : error}`)
    }
    const end = events.at(-1)!
    expect(end.type).toBe('end')
    const metrics = events.flatMap((event) => (event.type === 'epochEnd' ? Object.entries(event.metrics) : []))
    if (end.type === 'end' && end.reason === 'completed') {
      // a metric may be undefined; a loss may not
      for (const [key, value] of metrics)
        if (/loss$/.test(key)) expect(value, key + JSON.stringify(given)).toSatisfy(Number.isFinite)
    }
  })

  test('and have most layers', () => {
    if (numbers.length >= VALID) expect(types.size).toBeGreaterThan(25)
  })
})
