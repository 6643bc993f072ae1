/**
 * trainspec as a peer of pictures.js: node ours.js read|augment|train FOLDER PICTURES. A step is a pass over all pictures.
 */
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { batchThreads, defaultThreads } from '../../dist/data/augment/batch-threads.js'
import { loadData } from '../../dist/data/load.js'
import { openEngine } from '../../dist/engine/registry.js'
import { requireSpec } from '../../dist/run/read-spec.js'
import { openSession } from '../../dist/run/session.js'
import { soleSpec } from '../../dist/run/stages.js'
import { stepsOf } from '../../dist/run/steps.js'

const [job, folder, pictures] = process.argv.slice(2)
const THREADS = 2
const answer = (record) => process.stdout.write(`${JSON.stringify(record)}\n`)

const { spec } = await requireSpec(join(folder, `${job}.json`), [], process.stdin)
const pass = await { read: () => () => loadData(spec), augment: augmenting, train: training }[job]()
answer({ ready: true, peer: 'trainspec' })
for await (const line of createInterface({ input: process.stdin })) {
  const { cmd, n } = JSON.parse(line)
  if (cmd === 'quit') break
  const times = []
  for (let step = 0; step < n; step++) {
    const began = performance.now()
    await pass()
    times.push(performance.now() - began)
  }
  answer({ ms_per_step: { min: Math.min(...times) }, rss_mb: process.resourceUsage().maxRSS / 1e3 })
}
process.exit(0)

async function augmenting() {
  const { train } = await loadData(spec)
  const batchSize = spec.fit.batch_size
  const threads = batchThreads(train, THREADS, batchSize)
  let epoch = 0
  return async () => {
    epoch++
    for await (const _ of threads.batches({ batchSize, epoch, shuffle: { seed: 1, epoch } }, { spent: 0 }));
  }
}

/** Training as the command does it, with its threads. */
async function training() {
  const { engine } = await openEngine('onnx', { device: 'cpu', precision: 'float32', logs: false })
  const data = await loadData(spec)
  const options = { warn: () => {}, workers: defaultThreads() }
  const { training } = await openSession(soleSpec(spec, data.form), data, engine, options)
  const step = stepsOf(training)
  const steps = Math.floor(pictures / training.batchSize)
  return async () => {
    for (let done = 0; done < steps; done++) await step()
  }
}
