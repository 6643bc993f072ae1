/** Where a training step goes: the engine's own times, and inside the graph ONNX Runtime's profile of its operators. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireSpec } from '../dist/cli/read-spec.js'
import { loadData } from '../dist/data/registry.js'
import { OnnxRunner } from '../dist/engine/compiled/onnx/engine.js'
import { buildModel } from '../dist/model/model.js'
import { supervisedPrograms } from '../dist/program/supervised.js'

const STEPS = 400
const WARM_UP = 50
const PRODUCTS = new Set(['Gemm', 'FusedGemm', 'MatMul'])

/** `parts`: medians in milliseconds of whole, inputs, graph, update, from a session without the profiler. */
export async function explain(parts) {
  const { operators, run } = await profile()
  // a machine's speed drifts: of the profile only the proportions are taken
  const scale = parts.graph / run
  const total = (wanted) => scale * operators.filter(wanted).reduce((sum, { ms }) => sum + ms, 0)
  const product = total(({ type }) => PRODUCTS.has(type))
  const others = total(({ type }) => !PRODUCTS.has(type))
  const shares = {
    'matrix products': product,
    'other operators of the graph': others,
    'session overhead': parts.graph - product - others,
    "the optimizer's update": parts.update,
    'dropout masks, and the batch to floats': parts.inputs,
    'shuffling, and gathering the batch': parts.whole - parts.graph - parts.update - parts.inputs,
  }
  const share = (ms) => `${((100 * ms) / parts.whole).toFixed(0)} %`
  const rows = Object.entries({
    ...shares,
    'whole step': parts.whole,
    'all but matrix products': parts.whole - product,
  }).map(([name, ms]) => [name, `${ms.toFixed(3)} ms`, share(ms)])
  return { rows, shares: { ...shares, whole: parts.whole } }
}

/** Median milliseconds of each operator in a step, and of the whole graph. */
async function profile() {
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-profile-'))
  const spec = await requireSpec(new URL('../specs/mnist-mlp.json', import.meta.url).pathname, [], process.stdin)
  const { info, train } = await loadData(spec.data)
  const model = buildModel(spec.model, info.sampleShape, spec.seed)
  const programs = supervisedPrograms({ ...spec, model, info })
  const size = spec.fit.batch_size
  const runner = await OnnxRunner.create(
    { train: programs.train },
    { seed: spec.seed, batchSize: size, profile: join(folder, 'step') },
  )
  const batch = { size, arrays: { x: train.x.subarray(0, size * 784), y: Int32Array.from(train.y.subarray(0, size)) } }
  for (let iterations = 0; iterations < STEPS; iterations++) {
    await runner.run('train', batch, { learning_rate: 0.001, iterations })
  }
  await runner.dispose()
  const [file] = readdirSync(folder)
  const events = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  rmSync(folder, { recursive: true })
  const times = new Map()
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue
    const known = times.get(name) ?? { type: args.op_name, microseconds: [] }
    known.microseconds.push(dur)
    times.set(name, known)
  }
  const runs = events.filter(({ name }) => name === 'model_run').map(({ dur }) => dur)
  return {
    run: steady(runs),
    operators: [...times.values()].map(({ type, microseconds }) => ({ type, ms: steady(microseconds) })),
  }
}

/** Median of microseconds after the warm-up, in milliseconds. */
function steady(microseconds) {
  const sorted = microseconds.slice(WARM_UP).toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] / 1000
}
