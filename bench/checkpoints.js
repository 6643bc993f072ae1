/**
 * The cost of checkpoints: npm run bench:checkpoints -- [ROUNDS]. Trains specs/mnist-mlp.json and specs/mnist-cnn.json
 * with a checkpoint after every second epoch, because the speed of a machine drifts. Prints for how long training stands
 * still, and how much longer the epoch takes after a checkpoint: by medians and by means, in milliseconds and as a share
 * of an epoch. The difference is taken over the beginning of the epoch, in which the checkpoint is written; the rest is
 * the same.
 * Then the memory in which restore_best_weights keeps weights, beside that of the weights and of the whole state.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadData } from '../dist/data/load.js'
import { openEngine } from '../dist/engine/registry.js'
import { RunCheckpoints } from '../dist/run/checkpoints.js'
import { requireSpec } from '../dist/run/read-spec.js'
import { openSession } from '../dist/run/session.js'
import { parseSetting } from '../dist/spec/override.js'
import { train } from '../dist/training/loop.js'

const [given = '5'] = process.argv.slice(2)
const rounds = Number(given)
const { engine } = await openEngine('onnx', { device: 'cpu', precision: 'float32', logs: false })
const folder = mkdtempSync(join(tmpdir(), 'trainspec-bench-'))
const { signal } = new AbortController()
const now = () => performance.now()
const middle = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** The beginning of an epoch in which the checkpoint before it is written, as a share of the steps. */
const WATCHED = 0.1

/**
 * Trains epochs, with a checkpoint after every second one. Gives the milliseconds of each epoch, those in which training
 * stood still for a checkpoint, and those from the end of an epoch until the checkpoint after it is surely written: with
 * a checkpoint, and without.
 */
async function trained(session, epochs) {
  const times = { epochs: [], stood: [], with: [], without: [] }
  const checkpoints = new RunCheckpoints({
    policy: { every: 'epoch', keep: 2 },
    directory: join(folder, 'run'),
    weights: session.training.weights,
    facts: async () => ({ files: [] }),
    isAsked: () => false,
    saving: (work) => work(),
    saved: () => {},
    unwritten(text) {
      throw new Error(text)
    },
    // as many are forced onto the disk as with a checkpoint after each epoch
    now: () => now() / 2,
  })
  let ended = now()
  let count = 0
  const timed = {
    isDue(after) {
      if (after !== 'epoch') return false
      ended = now()
      return ++count % 2 === 0
    },
    async save(state, read) {
      const began = now()
      const values = async () => {
        const all = await read()
        times.whole = bytesOf(all)
        return all
      }
      await checkpoints.save(state, values, { waits: false })
      times.stood.push(now() - began)
      times.kept = bytesOf(state.kept ?? {})
    },
  }
  const last = Math.ceil(WATCHED * session.training.stepsPerEpoch)
  const options = { ...session.training, epochs, signal, now, checkpoints: timed }
  for await (const event of train(options)) {
    if (event.type === 'epochEnd') times.epochs.push(1000 * event.seconds)
    if (event.type !== 'batchEnd' || event.step !== last || count === 0) continue
    times[count % 2 === 0 ? 'with' : 'without'].push(now() - ended)
  }
  await checkpoints.close()
  return times
}

/** The memory behind arrays, each counted once. */
const bytesOf = (arrays) =>
  [...new Set(Object.values(arrays).map(({ buffer }) => buffer))].reduce((sum, { byteLength }) => sum + byteLength, 0)

/** Early stopping keeps the best weights, and never stops. */
const SETTINGS = [
  'early_stopping.monitor=loss',
  'early_stopping.patience=1000',
  'early_stopping.restore_best_weights=true',
].map((one) => parseSetting(one))

/** Epochs of a round. */
const EPOCHS = { 'mnist-mlp': 40, 'mnist-cnn': 5 }

for (const [name, epochs] of Object.entries(EPOCHS)) {
  mkdirSync(join(folder, 'run'))
  const path = new URL(`../specs/${name}.json`, import.meta.url).pathname
  const { spec } = await requireSpec(path, SETTINGS, process.stdin)
  const session = await openSession(spec, await loadData(spec), engine)
  const each = []
  for (let round = 0; round < rounds; round++) each.push(await trained(session, epochs))
  const all = (key) => each.flatMap((times) => times[key])
  const epoch = middle(all('epochs'))
  const percent = (milliseconds) => `${milliseconds.toFixed(2)} ms, ${((100 * milliseconds) / epoch).toFixed(2)} %`
  const longer = (of) => percent(of(all('with')) - of(all('without')))
  const mean = (values) => values.reduce((a, b) => a + b) / values.length
  console.log(`${name}: an epoch takes ${(epoch / 1000).toFixed(2)} s; ${all('stood').length} checkpoints`)
  console.log(`  training stands still for ${percent(middle(all('stood')))} of an epoch`)
  console.log(`  in all an epoch takes longer by ${longer(middle)} (by means: ${longer(mean)})`)
  const [memory] = each
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
  const weights = session.model.weights.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0)
  console.log(
    `  kept weights take ${megabytes(memory.kept)}, the weights ${megabytes(weights)}, the whole state ${megabytes(memory.whole)}`,
  )
  await session.dispose()
  rmSync(join(folder, 'run'), { recursive: true, force: true })
}
rmSync(folder, { recursive: true, force: true })
