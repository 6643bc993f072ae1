/**
 * The matrix products of a CD-1 step in ONNX Runtime and nothing else, as a peer: node products.js [package]. The
 * products are those for the hidden units of the data, the visible units, the hidden units again, and both outer
 * products as one of twice the depth: 392 MFLOP. The session has the options of engine onnx. `package` runs the model
 * with package onnxruntime-node.
 */
import { createInterface } from 'node:readline'
import { SESSION_OPTIONS } from '../dist/engine/compiled/onnx/compiled-step.js'
import { encodeModel } from '../dist/engine/compiled/onnx/model-writer.js'
import { OnnxSession } from '../dist/engine/compiled/onnx/session.js'

const [VISIBLE, HIDDEN, BATCH] = [784, 500, 100]
const CHUNK = 25

const SHAPES = {
  v0: [BATCH, VISIBLE],
  h0: [BATCH, HIDDEN],
  v1: [BATCH, VISIBLE],
  kernel: [VISIBLE, HIDDEN],
  visible_bias: [VISIBLE],
  hidden_bias: [HIDDEN],
  visible: [2 * BATCH, VISIBLE],
  hidden: [2 * BATCH, HIDDEN],
}
const PRODUCTS = [
  { inputs: ['v0', 'kernel', 'hidden_bias'], shape: [BATCH, HIDDEN] },
  { inputs: ['h0', 'kernel', 'visible_bias'], attributes: { transB: 1 }, shape: [BATCH, VISIBLE] },
  { inputs: ['v1', 'kernel', 'hidden_bias'], shape: [BATCH, HIDDEN] },
  { inputs: ['visible', 'hidden'], attributes: { transA: 1 }, shape: [VISIBLE, HIDDEN] },
]

const value = ([name, shape]) => ({ name, element: 'float32', shape })
const outputs = Object.fromEntries(PRODUCTS.map(({ shape }, index) => [`product${index}`, shape]))
const model = encodeModel({
  nodes: PRODUCTS.map(({ inputs, attributes }, index) => ({
    type: 'Gemm',
    inputs,
    outputs: [`product${index}`],
    attributes,
  })),
  initializers: [],
  inputs: Object.entries(SHAPES).map(value),
  outputs: Object.entries(outputs).map(value),
})
const tensors = (shapes, tensor) =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const length = shape.reduce((product, size) => product * size)
      return [name, tensor(Float32Array.from({ length }, Math.random), shape)]
    }),
  )

/** A run of the engine's own session: nothing is copied. */
async function directRun() {
  const session = await OnnxSession.create(model, SESSION_OPTIONS)
  const tensor = (values, shape) => ({ dtype: 'float32', shape, values })
  const prepared = session.prepare(tensors(SHAPES, tensor), tensors(outputs, tensor))
  return () => prepared.run()
}

/** A run of the package, which copies each result, with the same options. */
async function packageRun() {
  process.env.ORT_DISABLE_TELEMETRY = '1' // the engine sees to it itself
  const { default: ort } = await import('onnxruntime-node')
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: SESSION_OPTIONS.threads,
    interOpNumThreads: 1,
    extra: SESSION_OPTIONS.config,
  })
  const tensor = (values, shape) => new ort.Tensor('float32', values, shape)
  const [feeds, fetches] = [tensors(SHAPES, tensor), tensors(outputs, tensor)]
  return () => session.run(feeds, fetches)
}

const run = process.argv[2] === 'package' ? await packageRun() : await directRun()
await run()

const answer = (record) => process.stdout.write(`${JSON.stringify(record)}\n`)
answer({ ready: true, peer: 'products' })
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  if (command.cmd === 'quit') break
  answer(await timedSteps(command.n, Math.min(command.chunk ?? CHUNK, command.n)))
}
process.exit(0)

async function timedSteps(n, chunk) {
  const times = []
  for (let done = 0; done + chunk <= n; done += chunk) {
    const start = performance.now()
    for (let i = 0; i < chunk; i++) await run()
    times.push((performance.now() - start) / chunk)
  }
  const sorted = times.toSorted((a, b) => a - b)
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  return {
    ms_per_step: { median: sorted[sorted.length >> 1], min: sorted[0], mean },
    steps: times.length * chunk,
    chunk,
    rss_mb: Math.round(process.resourceUsage().maxRSS / 1000),
  }
}
