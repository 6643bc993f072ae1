/**
 * trainspec as a peer on a GPU: node ours.js JOB. Speaks the JSON lines of peers/keras_mlp.py. Steps are those of the
 * command's own session, with batches. A time is that of 25 steps; the first 25 of a turn do not count.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { loadData } from '../../dist/data/load.js'
import { openEngine } from '../../dist/engine/registry.js'
import { openSession } from '../../dist/run/session.js'
import { stepsOf } from '../../dist/run/steps.js'

const CHUNK = 25

const answer = (record) => process.stdout.write(`${JSON.stringify(record)}\n`)

const job = JSON.parse(readFileSync(process.argv[2], 'utf8'))
let session
try {
  session = await openStepper(job)
  await timedSteps(CHUNK)
} catch (error) {
  answer({ skipped: error.message })
  process.exit(0)
}
answer({ ready: true, peer: 'trainspec', device: session.device, versions: session.versions })

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  if (command.cmd === 'quit') break
  answer(await timedSteps(command.n).catch((error) => ({ skipped: error.message })))
}
process.exit(0)

/** The step of a session on the engine. `precision` of a job also distinguishes TF32 from float32. */
async function openStepper({ spec, device, precision, batch_size }) {
  const { engine } = await openEngine('tensorflow', {
    device,
    precision: precision === 'mixed_float16' ? precision : 'float32',
    logs: false,
  })
  const sized = { ...spec, fit: { ...spec.fit, batch_size } }
  const { training } = await openSession(sized, await loadData(spec), engine)
  return { step: stepsOf(training), batchSize: training.batchSize, device: engine.device, versions: engine.versions }
}

async function timedSteps(n) {
  const times = []
  let loss = 0
  for (let done = -CHUNK; done < n; done += CHUNK) {
    const start = performance.now()
    for (let i = 0; i < CHUNK; i++) loss = (await session.step()).outputs.loss[0] / session.batchSize
    if (done >= 0) times.push((performance.now() - start) / CHUNK)
  }
  return { ms_per_step: times, loss, rss_mb: Math.round(process.resourceUsage().maxRSS / 1000) }
}
