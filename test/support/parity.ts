/** Networks that are trained on every engine: each computes what the reference engine computes. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { batches } from '../../src/data/batches.js'
import type { Batch, Outputs, StateValues } from '../../src/engine/engine.js'
import { stepPlan } from '../../src/program/descent.js'
import { soleSpec } from '../../src/run/stages.js'
import type { SetSpec } from '../../src/spec/data.js'
import type { LossSpec } from '../../src/spec/spec.js'
import { runStep } from '../../src/training/step.js'
import { expectClose, largestMagnitude } from './close.js'
import { arraysOf, dataOf, X, Y } from './data.js'
import { COMPUTES_IN_SHADERS, engineNames, loadRunner, REFERENCE, type RealEngine, toleranceOn } from './engines.js'
import { kerasFixture } from './keras.js'
import { BATCH_SIZE, type Network, programsOf, smallNetwork } from './network.js'
import { readText } from './read-spec.js'
import { optimizerTypes, rowLossTypes } from './spec.js'

export const STEPS = 50
const native = engineNames.filter((name) => !COMPUTES_IN_SHADERS[name])
const others = native.filter((name) => name !== REFERENCE)

/** The results of a training to compare: the sums of each step and of an evaluation, and the whole state. */
interface Trained {
  readonly sums: Readonly<Record<string, number[]>>
  readonly state: StateValues
}

/** Trains from some step on, with all state taken over if it is given. */
async function trained(
  engine: RealEngine,
  { spec, programs, batch }: Network,
  steps: number,
  { from = 0, state = {} }: { from?: number; state?: StateValues } = {},
): Promise<Trained> {
  const runner = await loadRunner(engine, { ...programs }, { batchSize: BATCH_SIZE, seed: 5 })
  await runner.write(state)
  const sums: Record<string, number[]> = {}
  const add = (outputs: Outputs) => {
    for (const [name, values] of Object.entries(outputs)) sums[name] = [...(sums[name] ?? []), ...values]
  }
  const learning_rate = spec.optimizer.learning_rate as number
  const training = { runner, plan: stepPlan(spec.optimizer) }
  for (let iterations = from; iterations < from + steps; iterations++) {
    add(await runStep(training, batch(iterations), { learning_rate, iterations }))
  }
  add(await runner.run('evaluate', batch(0), {}))
  return { sums, state: await runner.read() }
}

/** `absolute` is a share of the largest weight of a tensor: what a number near 0 may differ by. */
function expectSame(engine: RealEngine, found: Trained, expected: Trained, where: string, absolute = 1e-6): void {
  // WGSL leaves open which of NaN and infinity comes of an overflow
  const told = (sum: number) => (COMPUTES_IN_SHADERS[engine] && !Number.isFinite(sum) ? Number.NaN : sum)
  expect(Object.keys(found.sums)).toEqual(Object.keys(expected.sums))
  for (const [name, values] of Object.entries(expected.sums)) {
    const tolerance = toleranceOn(engine, { relative: 1e-4 })
    expectClose(found.sums[name]!.map(told), values.map(told), `${where}: ${name}`, tolerance)
  }
  expect(Object.keys(found.state)).toEqual(Object.keys(expected.state))
  for (const [name, values] of Object.entries(expected.state)) {
    // an accumulator is 0 after each update
    if (!name.endsWith('/gradient_accumulator'))
      expect(largestMagnitude(values), `${name} has been trained`).toBeGreaterThan(0)
    const tolerance = toleranceOn(engine, { relative: 1e-4, absolute: absolute * largestMagnitude(values) })
    expectClose(found.state[name]!, values, `${where}: ${name}`, tolerance)
  }
}

/** Trains the same network on all engines: losses, metrics, every weight and every slot agree. */
export async function expectAgreement(
  network: Network,
  { absolute, steps = STEPS, on = others }: { absolute?: number; steps?: number; on?: readonly RealEngine[] } = {},
): Promise<void> {
  const expected = await trained(REFERENCE, network, steps)
  for (const engine of on) expectSame(engine, await trained(engine, network, steps), expected, engine, absolute)
}

/** An output that suits the loss, for 3 classes, and what the loss is given. */
const OUTPUTS: {
  readonly [Type in Exclude<LossSpec['type'], 'ctc'>]: string | { activation: string; given: object }
} = {
  crossentropy: 'softmax',
  categorical_crossentropy: 'softmax',
  sparse_categorical_crossentropy: { activation: 'linear', given: { from_logits: true, ignore_class: 1 } },
  binary_crossentropy: { activation: 'sigmoid', given: { label_smoothing: 0.1 } },
  categorical_focal_crossentropy: { activation: 'softmax', given: { alpha: [0.2, 0.5, 0.3] } },
  binary_focal_crossentropy: { activation: 'sigmoid', given: { apply_class_balancing: true } },
  categorical_generalized_cross_entropy: 'softmax',
  mean_squared_error: 'linear',
  mean_absolute_error: 'linear',
  mean_absolute_percentage_error: 'linear',
  mean_squared_logarithmic_error: 'sigmoid',
  huber: { activation: 'linear', given: { delta: 0.4 } },
  log_cosh: 'linear',
  cosine_similarity: 'tanh',
  hinge: 'tanh',
  squared_hinge: 'tanh',
  categorical_hinge: 'linear',
  kl_divergence: 'softmax',
  poisson: 'softplus',
  dice: { activation: 'sigmoid', given: { axis: 1 } },
  tversky: 'sigmoid',
  circle: { activation: 'tanh', given: { gamma: 2 } },
}

const mlp = (output: string) => [
  { type: 'Dense', units: 10 },
  { type: 'Activation', activation: 'relu' },
  { type: 'Dropout', rate: 0.2 },
  { type: 'Dense', units: 7, activation: 'tanh' },
  { type: 'Dropout', rate: 0.4 },
  { type: 'Dense', units: 3, activation: output },
]

export const optimizers = kerasFixture('optimizers').cases

/** Each once, the losses in turn. */
export const inTurn = optimizers.map((one, index) => ({ ...one, loss: rowLossTypes[index % rowLossTypes.length]! }))

export const oneOfEach = optimizerTypes.map((type) => inTurn.find(({ optimizer }) => optimizer.type === type)!)

export function forLoss(type: keyof typeof OUTPUTS, optimizer: unknown, rest: object = {}): Network {
  const chosen = OUTPUTS[type]
  const { activation, given } = typeof chosen === 'string' ? { activation: chosen, given: {} } : chosen
  return smallNetwork({ layers: mlp(activation), loss: { type, ...given }, optimizer, ...rest })
}

/** A spec of the project on its digits, `BATCH_SIZE` at a time. */
export async function shipped(file: string, steps: number): Promise<Network> {
  const { spec: given } = readText(readFileSync(new URL(`../../specs/${file}`, import.meta.url), 'utf8'))
  const { form, train } = await dataOf({ ...(given!.data as SetSpec), augment: [], dataset: 'mnist-10k' })
  const spec = soleSpec(given!, form)
  const programs = programsOf(spec, form)
  const taken: Batch[] = []
  for await (const { size, arrays } of batches(train, { batchSize: BATCH_SIZE })) {
    if (taken.push({ size, arrays: arraysOf(arrays[X]!.slice(), arrays[Y]!.slice()) }) === steps) break
  }
  return { spec, programs, batch: (step) => taken[step % steps]! }
}

/** A run continues on another engine as if it had stayed: from each engine to the next, and from the last to the first. */
export async function expectToGoOn(optimizer: unknown): Promise<void> {
  const [before, after] = [10, 10]
  const network = forLoss('categorical_crossentropy', optimizer, { metrics: ['acc'] })
  for (const [index, from] of native.entries()) {
    const to = native[(index + 1) % native.length]!
    const { state } = await trained(from, network, before)
    const goOn = (engine: RealEngine) => trained(engine, network, after, { from: before, state })
    expectSame(to, await goOn(to), await goOn(from), `from ${from} to ${to}`)
  }
}
