/** Samples of an RBM, by Gibbs sampling and by parallel tempering, against p(v) of every state. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import type { NoiseInput } from '../../src/base/noise.js'
import type { Slot } from '../../src/base/slot.js'
import type { Tensors } from '../../src/base/tensors.js'
import { hiddenInput, sampled, visibleInput } from '../../src/model/rbm/bernoulli.js'
import { logPartition } from '../../src/model/rbm/log-partition.js'
import type { RbmParameters } from '../../src/model/rbm/parameters.js'
import { temperedStep } from '../../src/model/rbm/tempering.js'
import type { Program } from '../../src/program/program.js'
import { expectSameBits } from '../support/close.js'
import { fastest, loadRunner, ownEngines, type RealEngine } from '../support/engines.js'
import {
  allStates,
  CHI_SQUARE_15,
  chiSquare,
  frequencies,
  inFloat32,
  randomRbm,
  twoModes,
  weightSlots,
} from '../support/rbm.js'
import { freeEnergy } from '../support/rbm-exact.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const uniform = (name: string, shape: readonly number[], stream: number): NoiseInput => ({
  kind: 'noise',
  name,
  shape,
  stream,
  distribution: { type: 'uniform' },
})

/** A program of one step of the chains; all of them begin at `first`, or at 0. */
function stepOf(
  { visibleUnits, hiddenUnits, ...values }: RbmParameters,
  { chains, temperatures = 1, first }: { chains: number; temperatures?: number; first?: Float32Array },
  next: (v: tf.Tensor2D, state: Tensors, uniforms: Tensors) => tf.Tensor2D,
): Program {
  const rows = temperatures * chains
  const v: Slot = {
    name: 'rbm/chains',
    shape: [rows, visibleUnits],
    role: 'chain',
    initial: () => Float32Array.from({ length: rows * visibleUnits }, (_, at) => first?.[at % visibleUnits] ?? 0),
  }
  return {
    state: [...weightSlots({ visibleUnits, hiddenUnits, ...values }), v],
    inputs: [
      uniform('hidden', [rows, hiddenUnits], 0),
      uniform('visible', [rows, visibleUnits], 1),
      ...(temperatures > 1 ? [uniform('swaps', [temperatures - 1, chains], 2)] : []),
    ],
    run: (state, inputs) => ({ state: { [v.name]: next(state[v.name] as tf.Tensor2D, state, inputs) }, outputs: {} }),
  }
}

/** The states of the chains after this number of steps. */
async function chainsAfter(engine: RealEngine, program: Program, steps: number): Promise<Float32Array> {
  const runner = await loadRunner(engine, { step: program }, { batchSize: 1, seed: 3 })
  for (let step = 0; step < steps; step++) await runner.run('step', { size: 1, arrays: {} }, { iterations: step })
  return (await runner.read())['rbm/chains']!
}

const gibbs = (v: tf.Tensor2D, state: Tensors, { hidden, visible }: Tensors) =>
  sampled(visibleInput(sampled(hiddenInput(v, state), hidden!), state), visible!)

const tempered = (inverse: readonly number[]) => (v: tf.Tensor2D, state: Tensors, uniforms: Tensors) =>
  temperedStep(v, state, inverse, {
    hidden: uniforms.hidden as tf.Tensor2D,
    visible: uniforms.visible as tf.Tensor2D,
    swaps: uniforms.swaps as tf.Tensor2D | undefined,
  }).visible

const STEPS = 50
const small = inFloat32(randomRbm(4, 3, { seed: 1, weights: 1.5, biases: 1 }))

/** Chi-square of how often each state of v was seen. */
function misfit(parameters: RbmParameters, rows: Float32Array): number {
  const logZ = logPartition(parameters)
  const chains = rows.length / 4
  const expected = allStates(4).map((v) => chains * Math.exp(-freeEnergy(parameters, v) - logZ))
  const seen = frequencies(parameters, rows).map((share) => chains * share)
  return chiSquare(seen, expected)
}

describe('20,000 chains after 50 steps', () => {
  test.each(ownEngines)('have the distribution of the machine, engine %s', async (engine) => {
    const rows = await chainsAfter(engine, stepOf(small, { chains: 20_000 }, gibbs), STEPS)
    expect(misfit(small, rows)).toBeLessThan(CHI_SQUARE_15)
  })

  test('have another distribution if probabilities of hidden units replace samples', async () => {
    const program = stepOf(small, { chains: 20_000 }, (v, state, { visible }) =>
      sampled(visibleInput(tf.sigmoid(hiddenInput(v, state)), state), visible!),
    )
    expect(misfit(small, await chainsAfter(fastest, program, STEPS))).toBeGreaterThan(2 * CHI_SQUARE_15)
  })
})

describe('parallel tempering', () => {
  test.each(ownEngines)('with one temperature is Gibbs sampling bit for bit, engine %s', async (engine) => {
    const [plain, one] = [gibbs, tempered([1])].map((next) => stepOf(small, { chains: 100 }, next))
    expectSameBits(await chainsAfter(engine, one!, 10), await chainsAfter(engine, plain!, 10))
  })

  test.each(ownEngines)('leaves the distribution at t = 1 as it is, engine %s', async (engine) => {
    const inverse = [1, 0.6, 0.3, 0]
    const chains = 4_000
    const program = stepOf(small, { chains, temperatures: inverse.length }, tempered(inverse))
    const rows = await chainsAfter(engine, program, STEPS)
    expect(misfit(small, rows.subarray(0, 4 * chains))).toBeLessThan(CHI_SQUARE_15)
  })

  test('reaches both modes of an RBM with two, but Gibbs sampling stays in the first', async () => {
    const first = new Float32Array(10)
    const chains = 400
    const inverse = Array.from({ length: 11 }, (_, index) => 1 - index / 10)
    const share = (rows: Float32Array) => rows.subarray(0, 10 * chains).filter((on) => on === 1).length / (10 * chains)
    const plain = await chainsAfter(fastest, stepOf(twoModes, { chains, first }, gibbs), 300)
    expect(share(plain)).toBeLessThan(0.01)
    const options = { chains, temperatures: inverse.length, first }
    const rows = await chainsAfter(fastest, stepOf(twoModes, options, tempered(inverse)), 300)
    // five standard errors about a half
    expect(Math.abs(share(rows) - 0.5)).toBeLessThan(2.5 / Math.sqrt(chains))
  })
})
