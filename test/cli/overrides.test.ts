/** Expectations of the command line add to those of the spec. */
import { expect, test } from 'vitest'
import { overridesOf } from '../../src/cli/overrides.js'
import { parseSpec } from '../../src/spec/parse.js'

/** The expectations of a spec, together with those of these options. */
function expected(inSpec: object, texts: readonly string[], set: readonly string[] = []) {
  const spec = {
    data: { dataset: 'bars-and-stripes', flatten: true },
    model: { type: 'Sequential', layers: [{ type: 'Dense', units: 2 }] },
    loss: 'mse',
    metrics: ['acc'],
    expect: inSpec,
  }
  const overrides = overridesOf({ set, expect: texts })
  const { spec: resolved, issues } = parseSpec(JSON.stringify(spec), { source: 'spec.json', overrides })
  return resolved?.expect ?? issues.map(({ source, message }) => `${source}: ${message}`)
}

test.each<[object, string[], object]>([
  [{}, ['acc>=1.99', 'acc>=0.1'], { acc: { min: 1.99 } }],
  [{}, ['acc>=0.1', 'acc>=1.99'], { acc: { min: 1.99 } }],
  [{}, ['loss<=0.5', 'loss<=2'], { loss: { max: 0.5 } }],
  [{ acc: { min: 1.9 } }, ['acc>=0.1'], { acc: { min: 1.9 } }],
  [{ acc: { min: 0.1 } }, ['acc>=0.5', 'acc<=0.9'], { acc: { min: 0.5, max: 0.9 } }],
  [{ acc: { max: 0.9 } }, ['loss<=1', 'acc<=2'], { acc: { max: 0.9 }, loss: { max: 1 } }],
])('%j and %j', (inSpec, texts, all) => {
  expect(expected(inSpec, texts)).toEqual(all)
})

test('--set replaces the expectation of the spec', () => {
  expect(expected({ acc: { min: 0.9 } }, ['acc>=0.2'], ['expect.acc.min=0.1'])).toEqual({ acc: { min: 0.2 } })
})

test('bounds that no value can meet are refused', () => {
  expect(expected({ acc: { min: 0.9 } }, ['acc<=0.1', 'acc<=0.5'])).toEqual([
    'spec.json: found 0.9, must be at most max, which is 0.1',
  ])
})
