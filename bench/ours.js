/**
 * trainspec as a peer: node ours.js [ENGINE [PRECISION [SPEC [KEY=VALUE ...]]]]. Speaks the JSON lines of
 * peers/keras_mlp.py. A time is that of `chunk` steps of the command's own session, with batches, divided by `chunk`.
 * `parts` has the time of each part of a step of engine onnx, `noise` that of its random numbers alone.
 */
import { createInterface } from 'node:readline'
import { loadData } from '../dist/data/load.js'
import { Crew } from '../dist/engine/compiled/crew/crew.js'
import { ArenaPlan } from '../dist/engine/compiled/inputs/arena.js'
import { InputFeeder, placeInputs } from '../dist/engine/compiled/inputs/feeder.js'
import { openEngine } from '../dist/engine/registry.js'
import { hostsIn } from '../dist/hosts/tf-config.js'
import { arithmeticOf } from '../dist/run/arithmetic.js'
import { learnerOf, NO_FACTS } from '../dist/run/learner.js'
import { requireSpec } from '../dist/run/read-spec.js'
import { openSession } from '../dist/run/session.js'
import { soleSpec } from '../dist/run/stages.js'
import { stepsOf } from '../dist/run/steps.js'
import { parseSetting } from '../dist/spec/override.js'
import { profileProducts } from './profile.js'

const CHUNK = 25
const MLP = new URL('../specs/mnist-mlp.json', import.meta.url).pathname

const answer = (record) => process.stdout.write(`${JSON.stringify(record)}\n`)
const skip = ({ message, issues = [] }) => {
  answer({ skipped: issues[0]?.message ?? message })
  process.exit(0)
}
const round = (value) => Math.round(value * 1e4) / 1e4

const [name = 'onnx', precision = 'float32', path = MLP, ...settings] = process.argv.slice(2)
const {
  spec: given,
  data: { form },
} = await requireSpec(path, settings.map(parseSetting), process.stdin).catch(skip)
const begun = performance.now()
const hosts = hostsIn(process.env)
const request = { device: 'cpu', precision, logs: false, ...(hosts && { hosts }) }
const { engine } = await openEngine(name, request, () => arithmeticOf(given, form)).catch(skip)
const opened = performance.now()
const data = await loadData(given)
const spec = soleSpec(given, data.form)
const loaded = performance.now()
const { runner, training, model } = await openSession(spec, data, engine)
const step = stepsOf(training)
await step()
const now = performance.now()
answer({
  ready: true,
  peer: 'trainspec',
  engine: engine.name,
  first_step_ms: Math.round(now),
  open_ms: Math.round(opened - begun),
  compile_ms: Math.round(now - loaded),
  trained: model.weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
})

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  if (command.cmd === 'quit') break
  if (command.cmd === 'steps') answer(await timedSteps(command.n, command.chunk))
  else if (command.cmd === 'parts') answer(await parts(command.n))
  else if (command.cmd === 'noise') answer(await noise(command.n))
  else answer({ error: `unknown command ${JSON.stringify(command.cmd)}` })
}
process.exit(0)

async function timedSteps(n, wantedChunk) {
  const chunk = Math.min(wantedChunk ?? CHUNK, n)
  const times = []
  const idle = performance.eventLoopUtilization()
  let loss = 0
  for (let done = 0; done + chunk <= n; done += chunk) {
    const start = performance.now()
    for (let i = 0; i < chunk; i++) loss = (await step()).outputs.loss[0] / training.batchSize
    times.push((performance.now() - start) / chunk)
  }
  times.sort((a, b) => a - b)
  const median = (times[(times.length - 1) >> 1] + times[times.length >> 1]) / 2
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  return {
    ms_per_step: { median: round(median), min: round(times[0]), mean: round(mean) },
    steps: times.length * chunk,
    chunk,
    loss: round(loss),
    // the time per step in which the thread of JavaScript did not wait
    busy_ms: round(performance.eventLoopUtilization(idle).active / (times.length * chunk)),
    rss_mb: Math.round(process.resourceUsage().maxRSS / 1000),
  }
}

/**
 * Medians over n steps, in milliseconds, of each part of a step as the engine reports it, and of the whole step. A second
 * session takes turns with the first and is profiled, for the times of its operators in the same minute.
 */
async function parts(n) {
  let profile
  const { training: profiled } = await openSession(spec, data, {
    ...engine,
    async load(programs, options) {
      profile = await profileProducts(programs, options)
      return profile.runner
    },
  })
  const profiledStep = stepsOf(profiled)
  const samples = { whole: [], inputs: [], graph: [], update: [] }
  for (let done = 0; done < n; done += CHUNK) {
    for (let i = 0; i < CHUNK; i++) {
      const before = { ...runner.times }
      const start = performance.now()
      await step()
      samples.whole.push(performance.now() - start)
      for (const [part, total] of Object.entries(runner.times)) samples[part].push(total - before[part])
    }
    for (let i = 0; i < CHUNK; i++) await profiledStep()
  }
  const median = (times) => round(times.toSorted((a, b) => a - b)[times.length >> 1])
  const parts = Object.fromEntries(Object.entries(samples).map(([name, times]) => [name, median(times)]))
  return { ...parts, ...(await profile.finish()) }
}

/** The random numbers of n steps, by the kernels of engine onnx and nothing else: the median in milliseconds. */
async function noise(n) {
  const { batchSize } = training
  const { train } = learnerOf(spec, data.form, { batchSize, stepsPerEpoch: 1 }, NO_FACTS).programs
  const plan = new ArenaPlan()
  placeInputs(plan, { train }, batchSize)
  const memory = plan.allocate()
  const crew = new Crew(memory)
  const feeder = await InputFeeder.create(plan, memory, crew, spec.seed)
  const times = []
  for (let done = 0; done < n; done++) {
    const start = performance.now()
    crew.run(feeder.noise(train.inputs, batchSize, done))
    times.push(performance.now() - start)
  }
  await crew.dispose()
  return { ms: round(times.toSorted((a, b) => a - b)[times.length >> 1]) }
}
