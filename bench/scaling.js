/**
 * How the time of a training step grows with each size of a job, beside Keras on its two faster backends:
 * npm run bench -- --scaling. Each series changes one size of a small model and leaves the rest. The slope is that of a
 * line through the logarithms: with 1, twice the size takes twice the time.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npyHeader } from '../dist/base/npy.js'
import { startPeer, startPython } from './peer.js'
import { median, ms, titledTable } from './table.js'
import { stopAll, takeTurns } from './turns.js'

const BACKENDS = ['jax', 'tensorflow']
const CLASSES = 10
const ROWS = 2048
/** Batches in the rows of a job: at least two chunks of steps, which is what a peer in Keras takes of them in one `fit`. */
const BATCHES = 16

const inBench = (path) => fileURLToPath(new URL(path, import.meta.url))

const dense = (units, activation = 'relu') => ({ type: 'Dense', units, activation })
const conv = (filters) => ({ type: 'Conv2D', filters, kernel_size: 3, activation: 'relu', padding: 'same' })

const mlp = (hidden, of = {}) => ({ shape: [784], layers: hidden.map((units) => dense(units)), ...of })
const lstm = (length) => ({ shape: [length, 32], layers: [{ type: 'LSTM', units: 64 }] })
const attention = (length) => ({
  shape: [length, 64],
  layers: [{ type: 'MultiHeadAttention', num_heads: 4, key_dim: 16 }, 'GlobalAveragePooling1D'],
})
const images = (size, of = {}) => ({
  shape: [size, size, 3],
  layers: [conv(16), { type: 'MaxPooling2D' }, conv(32), 'GlobalAveragePooling2D'],
  batch: 32,
  rows: BATCHES * 32,
  ...of,
})

/** A job: the shape of a sample, layers before the last one, batch, rows, and the processors. */
const SERIES = [
  { axis: 'batch', model: '784-256-256-10', sizes: [32, 128, 512, 2048], job: (batch) => mlp([256, 256], { batch }) },
  { axis: 'width', model: '784-w-w-10', sizes: [64, 256, 1024, 2048], job: (width) => mlp([width, width]) },
  {
    axis: 'depth',
    model: 'layers of 256 units',
    sizes: [2, 4, 8, 16, 32],
    job: (depth) => mlp(Array(depth).fill(256)),
  },
  { axis: 'sequence length', model: 'LSTM of 64 units', sizes: [8, 32, 128, 256], job: lstm },
  { axis: 'sequence length', model: 'attention, 4 heads of 16', sizes: [16, 64, 256], job: attention },
  {
    axis: 'side of the image',
    model: 'two convolutions, batch 32',
    sizes: [16, 32, 64, 128],
    job: (size) => images(size),
  },
  {
    axis: 'rows of data',
    model: '784-256-256-10',
    sizes: [2048, 8192, 32_768, 65_536],
    job: (rows) => mlp([256, 256], { rows }),
  },
  { axis: 'cores', model: '784-1024-1024-10', sizes: [1, 2], job: (cores) => mlp([1024, 1024], { cores }) },
  { axis: 'cores', model: 'two convolutions, 64x64', sizes: [1, 2], job: (cores) => images(64, { cores }) },
  { axis: 'cores', model: 'LSTM of 64 units, 32 steps', sizes: [1, 2], job: (cores) => ({ ...lstm(32), cores }) },
]

export async function benchScaling({ python, rounds, steps: wanted = 20, log }) {
  const steps = Number(wanted)
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-bench-'))
  const measured = []
  for (const { axis, model, sizes, job } of SERIES) {
    const rows = []
    for (const size of sizes) {
      log(`${axis} ${size}, ${model}`)
      const programs = programsOf(join(folder, `${measured.length}-${size}`), job(size), python)
      for (const program of programs) program.steps = steps
      await takeTurns(programs, { rounds, chunk: 5, log: () => {} })
      await stopAll(programs)
      rows.push({ size, times: programs.map(timeOf) })
    }
    const names = ['trainspec, onnx', ...BACKENDS.map((backend) => `Keras 3, ${backend}`)]
    measured.push({ axis, model, rows, slopes: names.map((name, at) => ({ name, slope: slopeOf(rows, at) })) })
  }
  rmSync(folder, { recursive: true })
  return { text: measured.map(textOf).join('\n'), results: { steps, series: measured } }
}

function programsOf(folder, job, python) {
  const { cores = 2 } = job
  mkdirSync(folder, { recursive: true })
  const spec = join(folder, 'job.json')
  writeFileSync(spec, JSON.stringify(specOf(folder, job)))
  const { status, stderr } = spawnSync(process.execPath, [inBench('for-keras.js'), spec, folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const threads = {
    OMP_NUM_THREADS: `${cores}`,
    TF_NUM_INTRAOP_THREADS: `${cores}`,
    TF_NUM_INTEROP_THREADS: `${cores}`,
  }
  // the processors of a process bound JAX, which has no setting
  const bound = cores === 1 ? ['taskset', '-c', '0'] : []
  const [file, ...args] = [...bound, process.execPath, inBench('ours.js'), 'onnx', 'float32', spec]
  const ours = { start: () => startPeer(file, args, { TRAINSPEC_PROCESSORS: `${cores}` }) }
  const keras = (backend) => ({
    start: () =>
      startPython(python, [inBench('peers/keras_spec.py'), folder], { ...threads, KERAS_BACKEND: backend }, bound),
  })
  return [ours, ...BACKENDS.map(keras)]
}

/** Writes random rows, and returns the spec that trains on them. */
function specOf(folder, { shape, layers, batch = 128, rows = Math.max(ROWS, BATCHES * batch) }) {
  const size = shape.reduce((product, length) => product * length, 1)
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const x = Float32Array.from({ length: rows * size }, () => next() - 0.5)
  // every class is there
  const y = Float32Array.from({ length: rows }, (_, row) => (row < CLASSES ? row : Math.floor(CLASSES * next())))
  for (const [name, given, values] of [
    ['x.npy', [rows, ...shape], x],
    ['y.npy', [rows], y],
  ]) {
    writeFileSync(join(folder, name), Buffer.concat([npyHeader(given), new Uint8Array(values.buffer)]))
  }
  return {
    seed: 1,
    data: { source: { x: 'x.npy', y: 'y.npy' }, features: { x: 'array' }, target: 'y' },
    model: { type: 'Sequential', layers: [...layers, dense(CLASSES, 'softmax')] },
    optimizer: 'Adam',
    loss: 'sparse_categorical_crossentropy',
    fit: { batch_size: batch, epochs: 1 },
  }
}

const timeOf = ({ peer, turns }) =>
  peer.skipped
    ? { skipped: peer.skipped }
    : { median_ms: median(turns.map((turn) => turn.median)), min_ms: Math.min(...turns.map((turn) => turn.min)) }

/** The least-squares slope of log(time) over log(size); null where a program was skipped. */
function slopeOf(rows, at) {
  const points = rows.map(({ size, times }) => [Math.log(size), Math.log(times[at].median_ms)])
  const [x, y] = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length)
  const slope =
    points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0)
  return Number.isFinite(slope) ? slope : null
}

function textOf({ axis, model, rows, slopes }) {
  const cell = (time) => (time.skipped ? 'skipped' : `${ms(time.median_ms)} (${time.min_ms.toFixed(2)})`)
  return [
    titledTable(
      `A step by ${axis}: ${model}`,
      [axis, ...slopes.map(({ name }) => `${name}, median (minimum)`)],
      rows.map(({ size, times }) => [`${size}`, ...times.map(cell)]),
    ),
    `${slopes.map(({ name, slope }) => `${name}: ${slope === null ? 'skipped' : inWords(slope)}`).join('; ')}.\n`,
  ].join('\n')
}

/** Says how the time changes when the size doubles. */
function inWords(slope) {
  const times = (2 ** slope).toFixed(2)
  return `twice the size takes ${times} times the time (slope ${slope.toFixed(2)})`
}
