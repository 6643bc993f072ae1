/** A small RBM of any units in training, on seeded numbers as its data. */
import { PURPOSE, RandomStream } from '../../src/base/philox.js'
import type { Slot } from '../../src/base/slot.js'
import type { Batch, Outputs, Runner } from '../../src/engine/engine.js'
import { type Learner, learnerOf, NO_FACTS } from '../../src/run/learner.js'
import { specSchema, type UnsupervisedSpec } from '../../src/spec/spec.js'
import { runStep } from '../../src/training/step.js'
import { expectClose, largestMagnitude } from './close.js'
import { arraysOf, formOf } from './data.js'
import { loadRunner, ownEngines } from './engines.js'

export const SIZES = { visible: 4, hidden: 3, batch: 8, classes: 3 }

export interface UnitMachine {
  readonly spec: UnsupervisedSpec
  readonly learner: Extract<Learner, { kind: 'rbm' }>
  readonly batch: Batch
}

/** `fields` are those of a spec, `model` beside its number of units; labels are 0, 1, 2, 0, ... */
export function unitMachine({ model = {}, ...fields }: Readonly<Record<string, unknown>>): UnitMachine {
  const { visible, hidden, batch, classes } = SIZES
  const given = {
    ...{ data: 'mnist', optimizer: { type: 'SGD', learning_rate: 0.05 } },
    ...{ model: { type: 'RBM', hidden_units: hidden, ...(model as object) }, ...fields },
  }
  const spec = { name: 'test', ...specSchema.parse(given) } as UnsupervisedSpec
  const random = new RandomStream({ seed: 3, purpose: PURPOSE.sample, stream: 0, step: 0 })
  const isBinary = spec.model.visible.type === 'bernoulli'
  const number = () => (isBinary ? +(random.uniform() < 0.4) : random.normal() + 0.3)
  const x = Float32Array.from({ length: batch * visible }, number)
  const y = Int32Array.from({ length: batch }, (_, row) => row % classes)
  const form = formOf({ shape: [visible], values: isBinary ? 'binary' : 'real', classes, rows: { train: batch } })
  const means = () => Float64Array.from({ length: visible }, () => 0.3)
  const learner = learnerOf(spec, form, { batchSize: batch, stepsPerEpoch: 4 }, { ...NO_FACTS, means })
  if (learner.kind !== 'rbm') throw new Error('not an RBM')
  return { spec, learner, batch: { size: batch, arrays: arraysOf(x, y) } }
}

type OwnEngine = (typeof ownEngines)[number]

export const load = (machine: UnitMachine, engine: OwnEngine = 'eager:cpu', batchSize = SIZES.batch) =>
  loadRunner(engine, machine.learner.programs, { batchSize, seed: 5 })

/** Ten steps and an evaluation give the same on every engine, and leave the same state. */
export async function expectSameOnEngines(machine: UnitMachine): Promise<void> {
  const run = async (engine: OwnEngine) => {
    const runner = await load(machine, engine)
    const outputs = await unitSteps(runner, machine, 10)
    const evaluated = await runner.run('evaluate', machine.batch, { iterations: 3 })
    return { outputs: [...outputs, evaluated], state: await runner.read() }
  }
  const expected = await run('eager:cpu')
  for (const engine of ownEngines.filter((name) => name !== 'eager:cpu')) {
    const found = await run(engine)
    for (const [step, outputs] of expected.outputs.entries()) {
      for (const [name, values] of Object.entries(outputs)) {
        const what = `${engine}: ${name} of step ${step}`
        expectClose(found.outputs[step]![name]!, values, what, { relative: 1e-4, absolute: 1e-4 })
      }
    }
    for (const [name, values] of Object.entries(expected.state)) {
      const tolerance = { relative: 1e-4, absolute: 1e-7 + 1e-5 * largestMagnitude(values) }
      expectClose(found.state[name]!, values, `${engine}: ${name}`, tolerance)
    }
  }
}

export async function unitSteps(runner: Runner<'train'>, machine: UnitMachine, count: number): Promise<Outputs[]> {
  const all: Outputs[] = []
  for (let iterations = 0; iterations < count; iterations++) {
    const scalars = { learning_rate: machine.spec.optimizer.learning_rate as number, iterations }
    const outputs = await runStep({ runner, plan: machine.learner.plan }, machine.batch, scalars)
    all.push(Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, values.slice()])))
  }
  return all
}

/** Numbers for every weight, of a size at which all terms of an energy matter. */
export function randomWeights({ learner }: UnitMachine): Record<string, Float32Array> {
  const random = new RandomStream({ seed: 5, purpose: PURPOSE.sample, stream: 1, step: 0 })
  return Object.fromEntries(
    learner.model.weights.map(({ name, shape }) => [
      name,
      Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => 0.4 * random.normal()),
    ]),
  )
}

/** The same as slots that begin with them. */
export function randomSlots(machine: UnitMachine) {
  const values = randomWeights(machine)
  const slots = machine.learner.model.weights.map((slot): Slot => ({ ...slot, initial: () => values[slot.name]! }))
  return { slots, values }
}

/** Minus what a step of plain descent at rate 1 does to the weights. */
export async function stepGradient(
  runner: Runner<'train'>,
  machine: UnitMachine,
  weights: Readonly<Record<string, Float32Array>>,
): Promise<Record<string, number[]>> {
  await runner.write(weights)
  const scalars = { learning_rate: 1, iterations: 0 }
  await runStep({ runner, plan: machine.learner.plan }, machine.batch, scalars)
  const after = await runner.read()
  return Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [name, Array.from(values, (old, at) => old - after[name]![at]!)]),
  )
}
