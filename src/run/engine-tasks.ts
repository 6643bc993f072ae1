/** What a process that holds one engine can do. */
import { timesOf } from '../base/timing.js'
import { loadData } from '../data/registry.js'
import { checkEngine } from '../engine/check.js'
import type { Batch, Engine } from '../engine/engine.js'
import { openEngine } from '../engine/registry.js'
import { productSpeed, updateSpeed } from '../engine/speed.js'
import type { Ahead } from '../training/ahead.js'
import { refuseMissingRow } from '../training/lookups.js'
import { runStep } from '../training/step.js'
import type { Tasks, Turn } from './engine-process.js'
import { openSession, type Session, wholeBatches } from './session.js'

let engine: Engine
let session: Session
let batches: AsyncGenerator<Ahead<Batch>, never>
let iterations = 0
let updates = 0

export const TASKS: Tasks = {
  async open({ name, request }) {
    const opened = await openEngine(name, request)
    engine = opened.engine
    const { device, compiled, versions } = engine
    return { name: engine.name, device, compiled, versions, note: opened.note }
  },
  check: () => checkEngine(engine),
  productSpeed: () => productSpeed(engine),
  updateSpeed: () => updateSpeed(engine),
  async load(spec) {
    session = await openSession(spec, await loadData(spec.data, spec.seed), engine)
    batches = wholeBatches(session.training)
    return { batchSize: session.training.batchSize }
  },
  async steps(limits) {
    let diverged: Turn['diverged']
    const times = await timesOf(async () => {
      const loss = await step()
      if (!Number.isFinite(loss)) diverged ??= { step: iterations, updates }
      else if (session.training.plan.isUpdate(iterations - 1)) updates++
    }, limits)
    return { times, diverged, peakBytes: process.resourceUsage().maxRSS * 1024 }
  },
}

/** As the training loop does it, its batch included. */
async function step(): Promise<number> {
  const { batch, prepareNext } = (await batches.next()).value
  const scalars = { learning_rate: session.training.learningRate(iterations), iterations: iterations++ }
  const loss = (await runStep(session.training, batch, scalars, prepareNext)).loss![0]!
  if (!Number.isFinite(loss)) {
    const place = { pass: 'training', words: `step ${iterations}`, iterations: scalars.iterations } as const
    await refuseMissingRow(session.training.runner, session.training.lookups ?? [], batch, place)
  }
  return loss
}
