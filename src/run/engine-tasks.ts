/** The tasks of a process that holds one engine. */
import { peakMemory } from '../base/peak-memory.js'
import { timesOf } from '../base/timing.js'
import { loadData } from '../data/load.js'
import { checkEngine } from '../engine/check-engine.js'
import type { Engine } from '../engine/engine.js'
import { openEngine } from '../engine/registry.js'
import { productSpeed, updateSpeed } from '../engine/speed.js'
import { refuseMissingRow } from '../training/lookups.js'
import type { Tasks, Turn } from './engine-process.js'
import { openSession, type Session } from './session.js'
import { stepsOf } from './steps.js'

let engine: Engine
let session: Session
let nextStep: ReturnType<typeof stepsOf>
let steps = 0
let updates = 0

export const TASKS: Tasks = {
  async open({ name, request, arithmetic }) {
    const opened = await openEngine(name, request, arithmetic && (async () => arithmetic))
    engine = opened.engine
    const { device, compiled, versions } = engine
    return { name: engine.name, device, compiled, versions, note: opened.note }
  },
  check: () => checkEngine(engine),
  productSpeed: () => productSpeed(engine),
  updateSpeed: () => updateSpeed(engine),
  async load({ spec, start }) {
    session = await openSession(spec, await loadData(spec), engine, { start })
    nextStep = stepsOf(session.training)
    return { batchSize: session.training.batchSize }
  },
  async steps(limits) {
    let diverged: Turn['diverged']
    const times = await timesOf(async () => {
      const loss = await step()
      steps++
      if (!Number.isFinite(loss)) diverged ??= { step: steps, updates }
      else if (session.training.plan.isUpdate(steps - 1)) updates++
    }, limits)
    return { times, diverged, peakBytes: peakMemory() }
  },
}

/** Runs a training step and returns the loss of its batch. */
async function step(): Promise<number> {
  const { batch, iterations, outputs } = await nextStep()
  const loss = outputs.loss![0]!
  if (!Number.isFinite(loss)) {
    const place = { mode: 'training', words: `step ${iterations + 1}`, iterations } as const
    await refuseMissingRow(session.training.runner, session.training.lookups ?? [], batch, place)
  }
  return loss
}
