/**
 * The cost of checkpoints: npm run bench:checkpoints -- [ROUNDS]. Trains specs/mnist-mlp.json and specs/mnist-cnn.json,
 * and divides each epoch into nine stretches of steps: every second one begins with a checkpoint, because the speed of a
 * machine drifts. Prints for how long training stands still, and how much longer a stretch takes with a checkpoint: in
 * milliseconds and as a share of an epoch, with the standard error, and the same between stretches without one, which
 * shows how far the measurement can be trusted. The means leave out a tenth of the values at each end.
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

/** Odd, so that the end of an epoch is in a stretch with a checkpoint as often as in one without. */
const STRETCHES = 9

/**
 * Trains epochs. Gives the milliseconds of each epoch, those in which training stood still for a checkpoint, and those of
 * each stretch; every second one has a checkpoint, if there are checkpoints.
 */
async function trained(session, epochs, withCheckpoints) {
  const times = { epochs: [], stood: [], stretches: [] }
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
    now: () => (now() * STRETCHES) / 2,
  })
  const length = Math.floor(session.training.stepsPerEpoch / STRETCHES)
  let began = null
  const timed = {
    isDue(after, iterations) {
      if (after !== 'step' || iterations % length > 0) return false
      const at = now()
      if (began !== null) times.stretches.push(at - began)
      began = at
      return times.stretches.length % 2 === 0
    },
    async save(state, read) {
      if (!withCheckpoints) return
      const begin = now()
      const values = async (into) => {
        const all = await read(into)
        times.whole = bytesOf(all)
        return all
      }
      await checkpoints.save(state, values, { waits: false })
      times.stood.push(now() - begin)
      times.kept = bytesOf(state.kept ?? {})
    },
  }
  const options = { ...session.training, epochs, signal, now, checkpoints: timed }
  for await (const event of train(options)) if (event.type === 'epochEnd') times.epochs.push(1000 * event.seconds)
  await checkpoints.close()
  return times
}

/** How much longer the stretches of even number take than those after them. */
const differences = ({ stretches }) =>
  Array.from({ length: stretches.length >> 1 }, (_, index) => stretches[2 * index] - stretches[2 * index + 1])

/** Returns the mean without a tenth of the values at each end, and its standard error. */
function trimmed(values) {
  const out = Math.floor(values.length / 10)
  const middleOnes = values.toSorted((a, b) => a - b).slice(out, values.length - out)
  const mean = middleOnes.reduce((a, b) => a + b) / middleOnes.length
  const squares = middleOnes.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  return { mean, error: Math.sqrt(squares / (middleOnes.length - 1) / middleOnes.length) }
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
const EPOCHS = { 'mnist-mlp': 20, 'mnist-cnn': 2 }

for (const [name, epochs] of Object.entries(EPOCHS)) {
  mkdirSync(join(folder, 'run'))
  const path = new URL(`../specs/${name}.json`, import.meta.url).pathname
  const { spec } = await requireSpec(path, SETTINGS, process.stdin)
  const session = await openSession(spec, await loadData(spec), engine)
  const saved = []
  const unsaved = []
  for (let round = 0; round < rounds; round++) {
    saved.push(await trained(session, epochs, true))
    unsaved.push(await trained(session, epochs, false))
  }
  const epoch = middle([...saved, ...unsaved].flatMap((times) => times.epochs))
  const stood = saved.flatMap((times) => times.stood)
  const percent = (milliseconds) => ((100 * milliseconds) / epoch).toFixed(2)
  const longer = (of) => {
    const { mean, error } = trimmed(of.flatMap(differences))
    return `${mean.toFixed(2)} ± ${error.toFixed(2)} ms, ${percent(mean)} ± ${percent(error)} % of an epoch`
  }
  console.log(`${name}: an epoch takes ${(epoch / 1000).toFixed(2)} s; ${stood.length} checkpoints`)
  console.log(`  training stands still for ${middle(stood).toFixed(2)} ms, ${percent(middle(stood))} % of an epoch`)
  console.log(`  training takes longer by ${longer(saved)} for each checkpoint`)
  console.log(`  between stretches without a checkpoint, the difference is ${longer(unsaved)}`)
  const [memory] = saved
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
  const weights = session.model.weights.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0)
  console.log(
    `  kept weights take ${megabytes(memory.kept)}, the weights ${megabytes(weights)}, the whole state ${megabytes(memory.whole)}`,
  )
  await session.dispose()
  rmSync(join(folder, 'run'), { recursive: true, force: true })
}
rmSync(folder, { recursive: true, force: true })
