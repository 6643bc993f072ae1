/** A run whose spec was changed later: each command opens the run or gives the reason why not. */
import { EventEmitter } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Io } from '../../src/cli/io.js'
import { main } from '../../src/cli/main.js'
import { trainedRuns } from '../support/rbm-run.js'

const SEED = 20_261_130
/** Changed specs of each run. */
const RUNS = 70

const data = { dataset: 'bars-and-stripes', size: 2, flatten: true }
const SPECS = {
  rbm: { data, model: { type: 'RBM', hidden_units: 3 } },
  labels: { data, model: { type: 'RBM', hidden_units: 3 }, training: { algorithm: 'cd', labels: 'hybrid' } },
  network: {
    data,
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
    model: {
      type: 'Sequential',
      layers: [
        { type: 'Dense', units: 3, activation: 'relu' },
        { type: 'Dense', units: 2, activation: 'softmax' },
      ],
    },
  },
}
const folder = await trainedRuns(SPECS)
const ROWS = join(folder, 'rows.csv')
writeFileSync(ROWS, '0,1,0,1\n1,1,0,0\n')

test.each(Object.keys(SPECS))('%s', { timeout: 120_000 }, async (name) => {
  const path = join(folder, name, 'spec.json')
  const whole = readFileSync(path, 'utf8')
  let worked = 0
  const out = join(folder, 'out')
  const commands = [
    ['evaluate', join(folder, name), '--engine', 'onnx'],
    ['sample', join(folder, name), '--engine', 'onnx', '-n', '2', '--steps', '2', '--out', join(out, 'samples')],
    ['transform', join(folder, name), ROWS, '--engine', 'onnx', '--out', join(out, 'features.npy')],
  ]
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 2 }), fc.nat(), async (changes, which) => {
      const spec = JSON.parse(whole)
      for (const one of changes) one(spec)
      writeFileSync(path, JSON.stringify(spec))
      mkdirSync(out, { recursive: true })
      const { code, stderr } = await inProcess(commands[which % (name === 'network' ? 1 : 3)]!)
      rmSync(out, { recursive: true })
      expect([0, 2], stderr).toContain(code)
      expect(stderr).not.toMatch(/\n\s+at |undefined|\[object|internal/)
      if (code === 0) worked++
      else expect(stderr).toMatch(/\w/)
    }),
    { seed: SEED, numRuns: RUNS },
  )
  writeFileSync(path, whole)
  // changes reach past the reading of the spec
  expect(worked).toBeGreaterThan(5)
})

/** A value of the spec is another, near or far, or is not there. */
const change = fc
  .record({
    at: fc.nat(),
    kind: fc.constantFrom('near', 'near', 'other', 'drop'),
    other: fc.constantFrom<unknown>(
      0,
      1,
      5,
      -1,
      1e308,
      1e99,
      2 ** 31 - 1,
      true,
      null,
      '',
      'relu',
      'mnist',
      'gaussian',
      'nrelu',
      [],
      {},
      [1],
    ),
  })
  .map(({ at, kind, other }) => (spec: object): void => {
    const places = placesOf(spec)
    const { parent, key } = places[at % places.length]!
    const value = Reflect.get(parent, key)
    if (kind === 'drop') Reflect.deleteProperty(parent, key)
    else if (kind === 'near' && typeof value === 'number') Reflect.set(parent, key, value + 1)
    else if (kind === 'near' && typeof value === 'boolean') Reflect.set(parent, key, !value)
    else if (kind === 'near' && Array.isArray(value)) Reflect.set(parent, key, [...value, ...value])
    else Reflect.set(parent, key, other)
  })

function placesOf(value: object): { readonly parent: object; readonly key: string }[] {
  return Object.entries(value).flatMap(([key, inner]) => [
    { parent: value, key },
    ...(typeof inner === 'object' && inner !== null ? placesOf(inner) : []),
  ])
}

async function inProcess(argv: readonly string[]): Promise<{ code: number; stderr: string }> {
  let stderr = ''
  const io = Object.assign(new EventEmitter(), {
    stdin: null,
    stdout: Object.assign(new EventEmitter(), { write: () => true }),
    stderr: Object.assign(new EventEmitter(), {
      write(text: string) {
        stderr += text
        return true
      },
    }),
    env: {},
    exit: () => {},
  }) as unknown as Io
  return { code: await main(argv, io), stderr }
}
