// Trains a spec in a process of its own; prints the tensors and the resident memory after each epoch of 100 steps.
// node --expose-gc leaks-child.js SPEC ENGINE EPOCHS
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memory } from '@tensorflow/tfjs-core'
import { loadData } from '../../dist/data/load.js'
import { chosen } from '../../dist/data/table.js'
import { openEngine } from '../../dist/engine/registry.js'
import { callbackFiles } from '../../dist/export/callback-files.js'
import { requireSpec } from '../../dist/run/read-spec.js'
import { openSession } from '../../dist/run/session.js'
import { isStacked } from '../../dist/spec/spec.js'
import { rbmStages } from '../../dist/spec/stages.js'
import { train } from '../../dist/training/loop.js'

const STEPS_PER_EPOCH = 100
const BATCH_SIZE = 4

const [file, engineName, epochs] = process.argv.slice(2)
const { spec: given } = await requireSpec(file, [], process.stdin)
// what comes after the first RBM of a stack is more of its kind, and a network as others are
const spec = isStacked(given) ? rbmStages(given)[0] : given
const { fit, early_stopping } = spec
const { dataset } = spec.data
const small = { ...spec.data, dataset: dataset === 'mnist' ? 'mnist-10k' : dataset }
const { form, train: all, validation, test } = await loadData({ ...spec, data: small })
const { engine } = await openEngine(engineName)
const session = await openSession(
  {
    ...spec,
    fit: { ...fit, batch_size: BATCH_SIZE, epochs: Number(epochs) },
    // goes on to the last epoch, and still keeps the best weights
    early_stopping: early_stopping && { ...early_stopping, patience: Number(epochs) },
  },
  {
    form,
    train: first(all),
    validation: first(validation, fit.validation_split / (1 - fit.validation_split)),
    test: first(test),
  },
  engine,
)
const out = mkdtempSync(join(tmpdir(), 'trainspec-'))
const files = await callbackFiles(out, session.model)
const { signal } = new AbortController()
const found = []
for await (const { type } of train({ ...session.training, signal, now: () => performance.now(), files })) {
  if (type !== 'epochEnd') continue
  globalThis.gc()
  found.push({ tensors: memory().numTensors, resident: process.memoryUsage.rss() })
}
await files.close()
await session.runner.dispose()
rmSync(out, { recursive: true })
process.stdout.write(JSON.stringify(found))

/** Rows for an epoch, or a share of it. If there are fewer, they repeat from the first. */
function first(table, share = 1) {
  if (table.count === 0) return table
  const count = Math.ceil(STEPS_PER_EPOCH * BATCH_SIZE * share)
  return chosen(
    table,
    Uint32Array.from({ length: count }, (_, row) => row % table.count),
  )
}
