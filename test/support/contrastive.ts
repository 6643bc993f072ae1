/** A small restricted Boltzmann machine in training, on seeded bits; the last batch of its epoch is short. */
import { PURPOSE, philoxBits } from '../../src/base/philox.js'
import type { Batch, Outputs, Runner } from '../../src/engine/engine.js'
import { RBM_WEIGHTS, type RbmParameters } from '../../src/model/rbm/parameters.js'
import { type Learner, learnerOf, NO_FACTS } from '../../src/run/learner.js'
import { specSchema, type UnsupervisedSpec } from '../../src/spec/spec.js'
import { runStep } from '../../src/training/step.js'
import { arraysOf, formOf } from './data.js'

export const BATCH_SIZE = 8
const SAMPLES = 21
const STEPS_PER_EPOCH = Math.ceil(SAMPLES / BATCH_SIZE)

export interface Machine {
  readonly spec: UnsupervisedSpec
  readonly learner: Learner
  /** Batch of a step, counted from 0. */
  readonly batch: (step: number) => Batch
}

interface Sizes {
  readonly visible?: number
  readonly hidden?: number
  readonly batchSize?: number
}

/** `fields` are those of a spec, `model` beside its number of units. */
export function smallMachine(
  { model = {}, ...fields }: Readonly<Record<string, unknown>>,
  { visible = 6, hidden = 5, batchSize = BATCH_SIZE }: Sizes = {},
): Machine {
  const given = { data: 'mnist', model: { type: 'RBM', hidden_units: hidden, ...(model as object) }, ...fields }
  const spec = { name: 'test', ...specSchema.parse(given) } as UnsupervisedSpec
  const bits = Uint8Array.from(
    philoxBits({ seed: 3, purpose: PURPOSE.sample, stream: 0, step: 0 }, SAMPLES * visible),
    (word) => +(word % 3 === 0),
  )
  const form = formOf({ shape: [visible], values: 'binary', classes: 2, rows: { train: SAMPLES } })
  const means = () => new Float64Array(visible).fill(0.3)
  const lengths = { batchSize, stepsPerEpoch: STEPS_PER_EPOCH }
  return {
    spec,
    learner: learnerOf(spec, form, lengths, { ...NO_FACTS, means }),
    batch(step) {
      const start = (step % STEPS_PER_EPOCH) * BATCH_SIZE
      const end = Math.min(SAMPLES, start + BATCH_SIZE)
      return { size: end - start, arrays: arraysOf(bits.subarray(start * visible, end * visible)) }
    },
  }
}

/** Some steps from step `from` on; gives the outputs of each. */
export async function machineSteps(
  runner: Runner<'train'>,
  { spec, learner, batch }: Machine,
  steps: number,
  from = 0,
): Promise<Outputs[]> {
  const all: Outputs[] = []
  const learning_rate = spec.optimizer.learning_rate as number
  for (let iterations = from; iterations < from + steps; iterations++) {
    const outputs = await runStep({ runner, plan: learner.plan }, batch(iterations), { learning_rate, iterations })
    all.push(Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, values.slice()])))
  }
  return all
}

/** The parameters in the form that a runner takes. */
export const weightsOf = ({ kernel, visibleBias, hiddenBias }: RbmParameters) => ({
  [RBM_WEIGHTS.kernel]: Float32Array.from(kernel),
  [RBM_WEIGHTS.visibleBias]: Float32Array.from(visibleBias),
  [RBM_WEIGHTS.hiddenBias]: Float32Array.from(hiddenBias),
})
