/**
 * The cost of checkpoints: npm run bench:checkpoints -- [ROUNDS]. Trains specs/mnist-mlp.json and specs/mnist-cnn.json
 * with one checkpoint an epoch and with none, in turns, because the speed of a machine drifts. Prints the time in which
 * training stood still for them, as a share of training, and how much longer an epoch took: median and minimum.
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

/** Trains epochs: their seconds, and those in which training stood still for checkpoints. */
async function trained(session, epochs, policy) {
  let stood = 0
  let kept = 0
  let whole = 0
  const checkpoints = new RunCheckpoints({
    policy,
    directory: join(folder, 'run'),
    weights: session.training.weights,
    facts: async () => ({ files: [] }),
    isAsked: () => false,
    saving: (work) => work(),
    saved: () => {},
    unwritten(text) {
      throw new Error(text)
    },
    now,
  })
  const timed = {
    isDue: (after) => policy !== null && after !== 'step',
    async save(state, read) {
      const began = now()
      const values = async () => {
        const all = await read()
        whole = bytesOf(all)
        return all
      }
      await checkpoints.save(state, values, { waits: false })
      stood += now() - began
      kept = bytesOf(state.kept ?? {})
    },
  }
  const began = now()
  const options = { ...session.training, epochs, signal, now, checkpoints: timed }
  for await (const _ of train(options));
  await checkpoints.close()
  return { seconds: (now() - began) / 1000, stood: stood / 1000, kept, whole }
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

/** Epochs of a turn. */
const EPOCHS = { 'mnist-mlp': 10, 'mnist-cnn': 1 }

for (const [name, epochs] of Object.entries(EPOCHS)) {
  mkdirSync(join(folder, 'run'))
  const path = new URL(`../specs/${name}.json`, import.meta.url).pathname
  const { spec } = await requireSpec(path, SETTINGS, process.stdin)
  const session = await openSession(spec, await loadData(spec), engine)
  const policies = { none: null, each: { every: 'epoch', keep: 2 } }
  await trained(session, 1, null)
  const times = { none: [], each: [] }
  const stood = []
  let memory
  for (let round = 0; round < rounds; round++) {
    const turns = Object.keys(policies)
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
      const one = await trained(session, epochs, policies[turn])
      times[turn].push(one.seconds / epochs)
      if (turn !== 'each') continue
      stood.push(one.stood / one.seconds)
      memory = one
    }
  }
  const percent = (share) => `${(100 * share).toFixed(2)} %`
  const ratio = (of) => percent(of(times.each) / of(times.none) - 1)
  const least = (values) => Math.min(...values)
  console.log(`${name}: an epoch ${middle(times.none).toFixed(2)} s (least ${least(times.none).toFixed(2)} s)`)
  console.log(`  stood still ${percent(middle(stood))} of the time (least ${percent(least(stood))})`)
  console.log(`  an epoch took longer by ${ratio(middle)} (least times: ${ratio(least)})`)
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
  const weights = session.model.weights.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0)
  console.log(
    `  kept weights take ${megabytes(memory.kept)}, the weights ${megabytes(weights)}, the whole state ${megabytes(memory.whole)}`,
  )
  await session.dispose()
  rmSync(join(folder, 'run'), { recursive: true, force: true })
}
rmSync(folder, { recursive: true, force: true })
