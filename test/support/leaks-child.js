// Trains a spec in a process of its own; prints the tensors and the resident memory after each epoch of 100 steps.
// node --expose-gc leaks-child.js SPEC ENGINE EPOCHS
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memory } from '@tensorflow/tfjs-core'
import { loadData } from '../../dist/data/registry.js'
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
const data = await loadData({ ...spec.data, dataset: dataset === 'mnist' ? 'mnist-10k' : dataset }, spec.seed)
const { engine } = await openEngine(engineName)
const session = await openSession(
  {
    ...spec,
    fit: { ...fit, batch_size: BATCH_SIZE, epochs: Number(epochs) },
    // goes on to the last epoch, and still keeps the best weights
    early_stopping: early_stopping && { ...early_stopping, patience: Number(epochs) },
  },
  { info: data.info, train: first(data.train), test: first(data.test) },
  engine,
)
const out = mkdtempSync(join(tmpdir(), 'trainspec-'))
const files = callbackFiles(out, session.model)
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

/** The samples of an epoch. If there are fewer, they repeat from the first. */
function first({ count: all, x, y }) {
  const count = Math.ceil((STEPS_PER_EPOCH * BATCH_SIZE) / (1 - fit.validation_split))
  const rows = Array.from({ length: count }, (_, row) => row % all)
  const width = x.length / all
  const samples = new x.constructor(count * width)
  for (const [at, row] of rows.entries()) samples.set(x.subarray(row * width, (row + 1) * width), at * width)
  return { count, x: samples, y: Uint8Array.from(rows, (row) => y[row]) }
}
