/**
 * npm run bench:gpu [-- SPEC...] [--batch 128,2048] [--precision float32,tf32,mixed_float16] [--rounds N] [--steps N]
 *                   [--device gpu|cpu] [--out FILE] [--page FILE] [--unmeasured]
 *
 * Times a training step of each spec on the GPU in trainspec, PyTorch and Keras 3, which take turns, and measures the
 * peak of the GPU. Writes docs/gpu.md and a JSON file. CUDA_VISIBLE_DEVICES chooses the GPU. Peers run in
 * bench/peers/.venv-gpu (made by bench/peers/setup-gpu.sh), or all in PEERS_PYTHON. `--device cpu` tries the benchmark
 * without a GPU; its numbers say nothing about one. `--unmeasured` writes the page without numbers.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { classesOf, soleInput } from '../../dist/base/form.js'
import { formatIssue, UserError } from '../../dist/base/issue.js'
import { loadData } from '../../dist/data/load.js'
import { readRows } from '../../dist/data/table.js'
import { findCuda } from '../../dist/libtensorflow/cuda.js'
import { CUDA_SETUP_HINT, locateTensorflow, SETUP_HINT } from '../../dist/libtensorflow/locate.js'
import { lossFor } from '../../dist/model/losses.js'
import { buildModel } from '../../dist/model/model.js'
import { targetForm } from '../../dist/model/targets.js'
import { supervisedPrograms } from '../../dist/program/supervised.js'
import { requireSpec } from '../../dist/run/read-spec.js'
import { outputsOf } from '../../dist/spec/outputs.js'
import { startPeer, timeCommand } from '../peer.js'
import { measuredPage, unmeasuredPage } from './page.js'
import { fedBytes, lowerBound, stepCost } from './step-cost.js'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '..', '..')
const peers = join(root, 'bench', 'peers')
const PRECISIONS = ['float32', 'tf32', 'mixed_float16']

const log = (line) => process.stderr.write(`${line}\n`)
const median = (numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

async function main(options) {
  if (options.unmeasured) return write(options.page, unmeasuredPage())
  requireDevice(options.device)
  const specs = []
  for (const file of options.specs) specs.push({ file, spec: (await requireSpec(file, [], process.stdin)).spec })
  const card = await measureCard(options.device)
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-gpu-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
  const groups = []
  for (const { file, spec } of specs) {
    for (const batchSize of options.batches) {
      for (const precision of options.precisions) {
        log(`${file}, batch ${batchSize}, ${precision}`)
        groups.push(await benchGroup({ file, spec, batchSize, precision, card, folder, options }))
      }
    }
  }
  const all = groups.flatMap(({ programs }) => programs)
  if (all.every(({ skipped }) => skipped !== undefined)) {
    throw new UserError(`Nothing was measured, and nothing is written: ${all[0].name}: ${all[0].skipped}`)
  }
  const record = {
    date: new Date().toISOString(),
    command: ['npm run bench:gpu', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    device: options.device,
    machine: { ...machine(), ...(options.device === 'gpu' && driver()) },
    rounds: options.rounds,
    steps: options.steps,
    card,
    groups,
  }
  write(options.out, `${JSON.stringify(record, null, 2)}\n`)
  write(options.page, measuredPage(record))
}

function readOptions(args) {
  const { values, positionals } = parsed(args)
  const whole = (name, text) => {
    if (!/^[1-9]\d*$/.test(text)) throw new UserError(`--${name} takes a whole number from 1, not "${text}".`)
    return Number(text)
  }
  const { device } = values
  if (device !== 'gpu' && device !== 'cpu') throw new UserError(`--device takes gpu or cpu, not "${device}".`)
  const precisions = (values.precision ?? (device === 'gpu' ? PRECISIONS.join() : 'float32')).split(',')
  const unknown = precisions.find((one) => !PRECISIONS.includes(one))
  if (unknown !== undefined) throw new UserError(`--precision takes ${PRECISIONS.join(', ')}, not "${unknown}".`)
  const results = join(root, 'bench', 'results')
  return {
    device,
    precisions,
    batches: values.batch.split(',').map((text) => whole('batch', text)),
    rounds: whole('rounds', values.rounds),
    steps: whole('steps', values.steps),
    specs: positionals.length > 0 ? positionals : ['specs/mnist-mlp.json'],
    out: values.out ?? join(results, device === 'gpu' ? 'gpu.json' : 'gpu-on-cpu.json'),
    page: values.page ?? (device === 'gpu' ? join(root, 'docs', 'gpu.md') : join(results, 'gpu-on-cpu.md')),
    unmeasured: values.unmeasured,
  }
}

function parsed(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        batch: { type: 'string', default: '128,2048' },
        device: { type: 'string', default: 'gpu' },
        out: { type: 'string' },
        page: { type: 'string' },
        precision: { type: 'string' },
        rounds: { type: 'string', default: '5' },
        steps: { type: 'string', default: '200' },
        unmeasured: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UserError(error.message.split('\n')[0])
  }
}

function requireDevice(device) {
  const library = locateTensorflow()
  if (device === 'cpu') {
    if (!library) throw new UserError(`Engine tensorflow finds no TensorFlow library; ${SETUP_HINT}.`)
    return
  }
  const { problem } = findCuda()
  if (problem !== undefined) {
    throw new UserError(`There is no GPU to measure: ${problem}; \`--device cpu\` tries the flow without one.`)
  }
  if (!library?.cuda) throw new UserError(`Engine tensorflow has no library for CUDA here; ${CUDA_SETUP_HINT}.`)
}

const pythonOf = (environment) => process.env.PEERS_PYTHON ?? join(peers, '.venv-gpu', environment, 'bin', 'python')

const missing = (python) => `no Python at ${python.replace(`${root}/`, '')}: run bench/peers/setup-gpu.sh`

/** Peak of the GPU; `skipped` has the reason if it is not known. */
async function measureCard(device) {
  log('the card itself')
  const python = pythonOf('torch')
  if (!existsSync(python)) return { skipped: missing(python) }
  const { skipped, output } = await timeCommand(python, [join(peers, 'gpu_card.py'), device], {
    NVIDIA_TF32_OVERRIDE: undefined,
  })
  return skipped === undefined ? JSON.parse(output) : { skipped }
}

/** One spec, batch size and precision. All programs are started; one runs at a time, and the others are stopped. */
async function benchGroup({ file, spec, batchSize, precision, card, folder, options }) {
  const { job, form, programs: steps } = await writeJob({ spec, batchSize, precision, device: options.device, folder })
  const cost = await stepCost({ programs: steps, sampleShape: soleInput(form).shape, batchSize, precision })
  const programs = []
  for (const { name, start } of programsFor(job, precision)) {
    log(`  ${name} starts`)
    const peer = await start()
    if (peer.skipped !== undefined) log(`  skipped: ${peer.skipped}`)
    programs.push({ name, peer, skipped: peer.skipped, turns: [] })
  }
  for (let round = 0; round <= options.rounds; round++) {
    log(round === 0 ? '  warming up' : `  round ${round} of ${options.rounds}`)
    for (const one of programs) {
      if (one.skipped !== undefined) continue
      const { skipped, ms_per_step: times, ...rest } = await one.peer.ask({ cmd: 'steps', n: options.steps })
      if (skipped !== undefined) one.skipped = skipped
      else if (round > 0) one.turns.push({ median: median(times), min: Math.min(...times), ...rest })
    }
  }
  for (const { peer, skipped } of programs) if (skipped === undefined) await peer.stop()
  const peak = card.flops?.[precision]
  const bound = peak === undefined ? undefined : lowerBound(cost, { peak, bandwidth: card.copy })
  return {
    spec: file,
    name: spec.name,
    batch_size: batchSize,
    precision,
    ...cost,
    fed_bytes: fedBytes(steps.train.inputs, batchSize),
    ...(bound && { bound }),
    programs: programs.map(({ name, peer, skipped, turns }) =>
      skipped === undefined ? result(name, peer.hello.versions, turns, bound) : { name, skipped },
    ),
  }
}

function result(name, versions, turns, bound) {
  const ms = median(turns.map((turn) => turn.median))
  return {
    name,
    versions,
    median_ms: ms,
    min_ms: Math.min(...turns.map(({ min }) => min)),
    ...(bound && { share_of_bound: bound.ms / ms }),
    loss: turns.at(-1).loss,
    rss_mb: turns.at(-1).rss_mb,
  }
}

/** Writes the job as a file that every program reads, and the training samples next to it. */
async function writeJob({ spec, batchSize, precision, device, folder }) {
  const { form, train } = await loadData(spec)
  const { shape, dtype, divisor } = soleInput(form)
  const classes = classesOf(form)
  const others = {
    '"data.binarize"': spec.data.binarize === 'sample_each_epoch',
    '"target"': spec.target.type !== 'label',
    '"outputs"': spec.outputs,
    '"fit.class_weight"': spec.fit.class_weight,
  }
  const [refused] = Object.keys(others).filter((field) => others[field])
  if (refused) throw new UserError(`${refused} of ${spec.name} asks for what the programs to compare with do not do.`)
  if (batchSize > train.count) {
    throw new UserError(`--batch ${batchSize} is more than the ${train.count} samples of ${spec.name}.`)
  }
  const model = buildModel(spec.model, shape, spec.seed)
  const { target } = lossFor(spec.loss, model.outputShape)
  const [x, y, job] = ['x', 'y', 'job.json'].map((name) => join(folder, name))
  const samples = readRows(train, 0, train.count, null)
  writeFileSync(x, samples.x)
  writeFileSync(y, Uint8Array.from(samples.y))
  const record = {
    spec,
    device,
    precision,
    batch_size: batchSize,
    sample_shape: shape,
    dtype,
    divisor,
    classes,
    target: targetForm(target, model.outputShape, { kind: 'labels', classes }),
    x,
    y,
  }
  writeFileSync(job, JSON.stringify(record))
  return { job, form, programs: supervisedPrograms({ ...spec, model, form, outputs: outputsOf(spec) }) }
}

function programsFor(job, precision) {
  // every library of NVIDIA follows it; each program also sets its own switch
  const env = { NVIDIA_TF32_OVERRIDE: precision === 'float32' ? '0' : undefined }
  const python =
    (environment, script, ...args) =>
    () => {
      const file = pythonOf(environment)
      return existsSync(file) ? startPeer(file, [join(peers, script), job, ...args], env) : { skipped: missing(file) }
    }
  return [
    { name: 'trainspec', start: () => startPeer(process.execPath, [join(here, 'ours.js'), job], env) },
    { name: 'PyTorch', start: python('torch', 'gpu_torch.py', 'eager') },
    { name: 'PyTorch, torch.compile', start: python('torch', 'gpu_torch.py', 'compile') },
    { name: 'PyTorch, torch.compile and CUDA graphs', start: python('torch', 'gpu_torch.py', 'graphs') },
    ...['tensorflow', 'jax', 'torch'].map((backend) => ({
      name: `Keras 3, ${backend}`,
      start: python(backend, 'gpu_keras.py', backend),
    })),
  ]
}

const machine = () => ({
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  node: process.versions.node,
  platform: process.platform,
})

/** The version of the driver, if nvidia-smi prints it, and the CUDA version that it supports. */
function driver() {
  const { driver: cuda, devices } = findCuda()
  try {
    const query = ['--query-gpu=driver_version', '--format=csv,noheader']
    return { cuda, devices, driver: execFileSync('nvidia-smi', query, { encoding: 'utf8' }).trim().split('\n')[0] }
  } catch {
    return { cuda, devices }
  }
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  log(`written to ${file}`)
}

try {
  await main(readOptions(process.argv.slice(2)))
} catch (error) {
  if (!(error instanceof UserError)) throw error
  log(error.message)
  for (const issue of error.issues) log(formatIssue(issue))
  process.exitCode = 2
}
