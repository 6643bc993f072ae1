/**
 * The cost of checkpoints: node bench/checkpoints.js [ROUNDS]. Trains specs/mnist-mlp.json and specs/mnist-cnn.json
 * with one checkpoint an epoch and with none, in turns, because the speed of a machine drifts. Prints the time in which
 * training stood still for them, as a share of training, and how much longer an epoch took: median and minimum.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
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
      await checkpoints.save(state, read, { waits: false })
      stood += now() - began
    },
  }
  const began = now()
  const options = { ...session.training, epochs, callbacks: [], signal, now, checkpoints: timed }
  for await (const _ of train(options));
  await checkpoints.close()
  return { seconds: (now() - began) / 1000, stood: stood / 1000 }
}

/** Epochs of a turn. */
const EPOCHS = { 'mnist-mlp': 10, 'mnist-cnn': 1 }

for (const [name, epochs] of Object.entries(EPOCHS)) {
  const path = new URL(`../specs/${name}.json`, import.meta.url).pathname
  const { spec } = await requireSpec(path, [parseSetting('early_stopping=null')], process.stdin)
  const session = await openSession(spec, await loadData(spec), engine)
  const policies = { none: null, each: { every: 'epoch', keep: 2 } }
  await trained(session, 1, null)
  const times = { none: [], each: [] }
  const stood = []
  for (let round = 0; round < rounds; round++) {
    const turns = Object.keys(policies)
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
      const one = await trained(session, epochs, policies[turn])
      times[turn].push(one.seconds / epochs)
      if (turn === 'each') stood.push(one.stood / one.seconds)
    }
  }
  const bytes = statSync(join(folder, 'run', 'state', '1', 'state.safetensors'), { throwIfNoEntry: false })?.size
  const percent = (share) => `${(100 * share).toFixed(2)} %`
  const ratio = (of) => percent(of(times.each) / of(times.none) - 1)
  const least = (values) => Math.min(...values)
  console.log(`${name}: an epoch ${middle(times.none).toFixed(2)} s (least ${least(times.none).toFixed(2)} s)`)
  console.log(`  stood still ${percent(middle(stood))} of the time (least ${percent(least(stood))})`)
  console.log(`  an epoch took longer by ${ratio(middle)} (least times: ${ratio(least)})`)
  if (bytes) console.log(`  a checkpoint has ${(bytes / 1e6).toFixed(1)} MB`)
  await session.dispose()
  rmSync(join(folder, 'run'), { recursive: true, force: true })
}
rmSync(folder, { recursive: true, force: true })
