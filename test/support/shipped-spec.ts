/** Trains a spec that ships. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { Data } from '../../src/data/data.js'
import { loadData } from '../../src/data/load.js'
import { part, type Table } from '../../src/data/table.js'
import type { StateValues } from '../../src/engine/engine.js'
import { openEngine } from '../../src/engine/registry.js'
import { callbackFiles } from '../../src/export/callback-files.js'
import { saveModel } from '../../src/export/model.js'
import { nextData } from '../../src/run/next-data.js'
import { requireSpec } from '../../src/run/read-spec.js'
import { openSession } from '../../src/run/session.js'
import { stagesOf } from '../../src/run/stages.js'
import { labelsOf } from '../../src/spec/rbm.js'
import { isStacked, isSupervised, type ResolvedSpec } from '../../src/spec/spec.js'
import type { EpochEndEvent } from '../../src/training/events.js'
import { temporaryFolder } from './command.js'
import type { RealEngine } from './engines.js'
import { trainToEnd } from './loop.js'
import { SPECS } from './specs.js'

const EPOCHS = 3
const STEPS_PER_EPOCH = 10
export const STEPS = EPOCHS * STEPS_PER_EPOCH
const BATCH_SIZE = 32

/** In so many steps it learns, and it leaves a model. */
export async function expectToLearn(file: string, engineName: RealEngine): Promise<void> {
  const spec = shortened((await requireSpec(fileURLToPath(new URL(file, SPECS)), [], Readable.from([]))).spec)
  const { engine } = await openEngine(engineName)
  const data = first(await loadData(spec), spec.fit.validation_split)
  const out = temporaryFolder()
  const trained: StateValues[] = []
  let learnt = data
  for (const stage of stagesOf(spec, data.form)) {
    // what is fine-tuned learns the data itself
    const session = await openSession(stage.spec, stage.folder === null ? data : learnt, engine)
    const { model, runner, training } = session
    const files = await callbackFiles(out, model)
    try {
      if (stage.first) await runner.write(stage.first(trained))
      const { signal } = new AbortController()
      const events = await trainToEnd({ ...training, signal, now: () => performance.now(), files })
      const learnsLabels = isSupervised(stage.spec) || labelsOf(stage.spec.training) !== null
      const watched = learnsLabels ? 'loss' : 'reconstruction_error'
      const losses = (events.filter(({ type }) => type === 'epochEnd') as EpochEndEvent[]).map(
        ({ metrics }) => metrics[watched]!,
      )
      expect(losses).toHaveLength(EPOCHS)
      expect(losses.at(-1)).toBeLessThan(losses[0]!)
      trained.push(await runner.read())
      await saveModel(join(out, 'model'), model, trained.at(-1)!)
      if (stage.folder !== null) learnt = await nextData(stage.spec, trained.at(-1)!, learnt, engine, signal)
    } finally {
      await files.close()
      await runner.dispose()
    }
  }
  const { modelTopology, weightsManifest, ...rest } = JSON.parse(readFileSync(join(out, 'model/model.json'), 'utf8'))
  if (modelTopology) expect(modelTopology.config.layers.length).toBeGreaterThan(0)
  else expect(rest.model).toEqual(spec.model)
  const shapes: number[][] = weightsManifest[0].weights.map(({ shape }: { shape: number[] }) => shape)
  const elements = shapes.reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0)
  expect(readFileSync(join(out, 'model/weights.bin'))).toHaveLength(4 * elements)
}

/** Few epochs of small batches of small data. */
function shortened(spec: ResolvedSpec): ResolvedSpec {
  const { data: given } = spec
  const data = 'dataset' in given && given.dataset === 'mnist' ? { ...given, dataset: 'mnist-10k' as const } : given
  const length = { batch_size: BATCH_SIZE, epochs: EPOCHS }
  const short = { ...spec, data, fit: { ...spec.fit, ...length } }
  if (!isStacked(short)) return short
  const rbms = short.model.rbms.map((rbm) => ({ ...rbm, ...length }))
  return { ...short, model: { ...short.model, rbms } }
}

/** The first samples of each part, so many that an epoch has its steps. */
function first({ form, train, validation, test }: Data, validationSplit: number): Data {
  const samples = BATCH_SIZE * STEPS_PER_EPOCH
  const of = (table: Table, count: number) => part(table, 0, Math.min(count, table.count))
  const validated = Math.ceil((samples * validationSplit) / (1 - validationSplit))
  return { form, train: of(train, samples), validation: of(validation, validated), test: of(test, samples) }
}
