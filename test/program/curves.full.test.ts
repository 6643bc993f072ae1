/** Whole specs train as in Keras: the loss before each of 200 steps, from the same weights and batches. */
import { readFileSync } from 'node:fs'
import { describe, onTestFinished, test } from 'vitest'
import { loadData } from '../../src/data/load.js'
import { openEngine } from '../../src/engine/registry.js'
import { openSession } from '../../src/run/session.js'
import { parseSpec } from '../../src/spec/parse.js'
import type { SupervisedSpec } from '../../src/spec/spec.js'
import { expectClose } from '../support/close.js'
import { engineNames } from '../support/engines.js'
import { kerasFixture } from '../support/keras.js'
import { writeInitialWeights } from '../support/keras-run.js'
import { resolveOptimizer } from '../support/spec.js'

const { steps, cases } = kerasFixture('curves')
const compiled = engineNames.filter((engine) => engine === 'onnx' || engine === 'tensorflow')

/** On a machine that is busy with other things 200 steps take a while. */
const TIMEOUT_MS = 300_000

describe.each(cases)('$spec', ({ spec: name, batch_size, optimizer, losses }) => {
  test.each(compiled)('on %s', { timeout: TIMEOUT_MS }, async (engineName) => {
    const parsed = parseSpec(readFileSync(new URL(`../../specs/${name}.json`, import.meta.url), 'utf8'), {
      source: `${name}.json`,
    })
    const spec = parsed.spec as SupervisedSpec
    const fit = { ...spec.fit, batch_size, shuffle: false, validation_split: 0 }
    const dataset = await loadData({ ...spec, fit })
    const { engine } = await openEngine(engineName, { device: 'cpu', precision: 'float32', logs: false })
    const resolved = { ...spec, optimizer: resolveOptimizer(optimizer), fit }
    const session = await openSession(resolved, dataset, engine)
    const { runner, training } = session
    onTestFinished(() => runner.dispose())
    await writeInitialWeights(session)

    const found: number[] = []
    for await (const batch of training.batches(1)) {
      const done = found.length
      if (done === steps) break
      const scalars = { learning_rate: training.learningRate(done), iterations: done }
      found.push((await runner.run('train', batch, scalars)).loss![0]! / batch.size)
    }
    expectClose(found, losses, 'losses', { relative: 1e-3 })
  })
})
