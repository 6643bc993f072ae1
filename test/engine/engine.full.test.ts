/** Every engine gives the same numbers for a seed, and reads and writes its state exactly. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { coarseUniforms, dropoutMask, PURPOSE, philoxBits, uniforms } from '../../src/base/philox.js'
import { OnnxSession } from '../../src/engine/compiled/onnx/session.js'
import type { Batch } from '../../src/engine/engine.js'
import { faster } from '../../src/engine/faster.js'
import { openEngine } from '../../src/engine/registry.js'
import { locateTensorflow } from '../../src/libtensorflow/locate.js'
import type { BatchInput, Program } from '../../src/program/program.js'
import type { Precision } from '../../src/spec/engines.js'
import { expectClose, expectSameBits, expectSameState } from '../support/close.js'
import { arraysOf, X } from '../support/data.js'
import { engineNames, loadRunner } from '../support/engines.js'
import { BATCH_SIZE, smallNetwork, trainSteps } from '../support/network.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const network = smallNetwork({
  layers: [
    { type: 'Dense', units: 5, activation: 'relu' },
    { type: 'Dropout', rate: 0.3 },
    { type: 'Dense', units: 3, activation: 'softmax' },
  ],
  loss: 'categorical_crossentropy',
  optimizer: { type: 'Adam', learning_rate: 0.01 },
})
const { optimizer } = network.spec

const input = (name: string, shape: BatchInput['shape'], rest: Partial<BatchInput> = {}): BatchInput => ({
  kind: 'batch',
  name,
  shape,
  dtype: 'float32',
  divisor: 1,
  ...rest,
})

test('auto is tensorflow if it is set up, else onnx, and gives the reason', async () => {
  const { engine, note } = await openEngine('auto')
  const isSetUp = locateTensorflow(process.env, { onlySetUp: true }) !== undefined
  expect(engine.name).toBe(isSetUp ? 'tensorflow' : 'onnx')
  expect(note).toMatch(
    isSetUp ? /^Engine tensorflow on (cpu|gpu:0)/ : /^Engine onnx on cpu \(.*tensorflow is not set up\)\.$/,
  )
})

test.runIf(locateTensorflow(process.env, { onlySetUp: true }) !== undefined)(
  'of two engines on a processor auto takes the faster one, and says why',
  async () => {
    const request = { device: 'cpu', precision: 'float32', logs: false } as const
    for (const outputs of [1e5, 1e6]) {
      const arithmetic = { flops: 2e8, convolutions: 0, outputs, pooled: 0, uses: 0 }
      const { name, reason } = faster(arithmetic)
      const { engine, note } = await openEngine('auto', request, async () => arithmetic)
      expect(engine.name).toBe(name)
      expect(note).toBe(`Engine ${name} on cpu (${reason}).`)
    }
  },
)

test.each(['onnx', 'eager:cpu'] as const)(
  'engine %s refuses a GPU and less precision in one sentence',
  async (name) => {
    const request = { device: 'auto', precision: 'float32', logs: false } as const
    await expect(openEngine(name, { ...request, device: 'gpu' })).rejects.toThrow(/device gpu is asked for: use engine/)
    await expect(openEngine(name, { ...request, precision: 'mixed_float16' })).rejects.toThrow(
      /precision mixed_float16 is asked/,
    )
  },
)

test.each(['onnx', 'eager:cpu', 'eager:webgpu'] as const)('engine %s refuses several devices', async (name) => {
  const request = { device: 'gpu:0,gpu:1', precision: 'float32', logs: false } as const
  await expect(openEngine(name, request)).rejects.toThrow(
    `Engine ${name} computes on one device, but device gpu:0,gpu:1 is asked for: use engine tensorflow, or one device.`,
  )
})

test.runIf(engineNames.includes('tensorflow'))('mixed_bfloat16 learns nearly what float32 learns', async () => {
  const lossesIn = async (precision: Precision) => {
    const { engine } = await openEngine('tensorflow', { device: 'cpu', precision, logs: false })
    expect(engine).toMatchObject({ device: 'cpu', precision })
    const runner = await engine.load({ ...network.programs }, { batchSize: BATCH_SIZE, seed: 5 })
    onTestFinished(() => runner.dispose())
    return trainSteps(runner, network, optimizer, 9)
  }
  const [full, mixed] = [await lossesIn('float32'), await lossesIn('mixed_bfloat16')]
  for (const [step, loss] of mixed.entries()) expect(Math.abs(loss / full[step]! - 1)).toBeLessThan(0.03)
})

describe.each(engineNames)('engine %s', (engine) => {
  const load = (seed = 5) => loadRunner(engine, { ...network.programs }, { batchSize: BATCH_SIZE, seed })

  test('has its name', async () => {
    expect((await openEngine(engine)).engine.name).toBe(engine)
  })

  test('starts from the initial values of weights and slots', async () => {
    const state = await (await load()).read()
    expect(Object.keys(state).sort()).toEqual(network.programs.train.state.map(({ name }) => name).sort())
    for (const { name, initial } of network.programs.train.state) expectSameBits(state[name]!, initial(), name)
  })

  test('the same seed gives the same bits, another seed others', async () => {
    const run = async (seed: number) => {
      const runner = await load(seed)
      return { losses: await trainSteps(runner, network, optimizer, 9), state: await runner.read() }
    }
    const first = await run(5)
    const again = await run(5)
    expect(again.losses).toEqual(first.losses)
    expectSameState(again.state, first.state)
    expect((await run(6)).losses).not.toEqual(first.losses)
  })

  test('a run continues exactly from saved state', async () => {
    const whole = await load()
    await trainSteps(whole, network, optimizer, 7)
    const begun = await load()
    await trainSteps(begun, network, optimizer, 3)
    const resumed = await load()
    await resumed.write(await begun.read())
    await trainSteps(resumed, network, optimizer, 4, 3)
    expectSameState(await resumed.read(), await whole.read())
  })

  test('state is read and written bit for bit, in part or whole', async () => {
    const runner = await load()
    const before = await runner.read()
    const [first, ...rest] = Object.keys(before)
    // any bits: NaN of every kind, infinities, numbers below the normal ones, -0
    const bits = philoxBits({ seed: 1, purpose: PURPOSE.sample, stream: 0, step: 0 }, before[first!]!.length)
    bits.set([0x7fc00001, 0xffffffff, 0x80000000, 0x00000001, 0x7f800000])
    await runner.write({ [first!]: new Float32Array(bits.buffer, 0, bits.length) })
    const after = await runner.read()
    expectSameBits(after[first!]!, new Float32Array(bits.buffer, 0, bits.length))
    for (const name of rest) expectSameBits(after[name]!, before[name]!, name)
    await runner.write(before)
    expectSameState(await runner.read(), before)
    before[first!]!.fill(7) // what was read and written is a copy
    expect((await runner.read())[first!]).not.toEqual(before[first!])
  })

  test('state is read into the arrays of an earlier result', async () => {
    const runner = await load()
    const first = await runner.read()
    const arrays = { ...first }
    await trainSteps(runner, network, optimizer, 1)
    const state = await runner.read()
    const second = await runner.read(first)
    expectSameState(second, state)
    for (const [name, values] of Object.entries(second)) expect(values).toBe(arrays[name])
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'a step whose loss is not finite changes nothing: %s',
    async (bad) => {
      const runner = await load()
      await trainSteps(runner, network, optimizer, 2)
      const before = await runner.read()
      const { size, arrays } = network.batch(0)
      const x = Float32Array.from(arrays[X]!).fill(bad, 3, 4)
      const outputs = await runner.run(
        'train',
        { size, arrays: { ...arrays, [X]: x } },
        { learning_rate: 0.1, iterations: 2 },
      )
      expect(outputs.loss![0]).not.toSatisfy(Number.isFinite)
      expectSameState(await runner.read(), before)
      await trainSteps(runner, network, optimizer, 1, 2)
      expect((await runner.read())['dense/kernel']).not.toEqual(before['dense/kernel'])
    },
  )

  test('batches may be bytes or numbers, of any size up to the largest', async () => {
    const program: Program = {
      state: [],
      inputs: [input('x', [null, 3], { divisor: 255 }), input('y', [null], { dtype: 'int32' }), input('z', [null, 3])],
      run: (_, { x, y, z }) => ({
        state: {},
        outputs: { x: tf.mul(x!, 1), y: tf.cast(y!, 'float32'), z: tf.add(z!, 0.5) },
      }),
    }
    const runner = await loadRunner(engine, { program }, { batchSize: 9 })
    for (const size of [9, 1, 4, 9, 7]) {
      const x = Uint8Array.from({ length: size * 3 }, (_, index) => 255 - 9 * index)
      const y = Int32Array.from({ length: size }, (_, index) => index - 2 ** 20)
      const z = Float32Array.from({ length: size * 3 }, (_, index) => index / 7)
      const scaled = Float32Array.from(x, (value) => value / 255)
      for (const pixels of [x, Float32Array.from(x)]) {
        const outputs = await runner.run('program', { size, arrays: { x: pixels, y, z } }, {})
        expect(outputs.x).toEqual(scaled)
        expect(outputs.y).toEqual(Float32Array.from(y))
        expect(outputs.z).toEqual(z.map((value) => value + 0.5))
      }
    }
  })

  test('noise is that of its seed, stream and step', async () => {
    const noise = (name: string, stream: number, rate: number) =>
      ({ kind: 'noise', name, shape: [null, 7], stream, distribution: { type: 'dropout', rate } }) as const
    const program: Program = {
      state: [],
      inputs: [
        noise('a', 0, 0.5),
        noise('b', 3, 0.1),
        { ...noise('c', 7, 0), distribution: { type: 'uniform' } },
        { ...noise('d', 9, 0), distribution: { type: 'coarse_uniform' } },
      ],
      run: (_, given) => ({
        state: {},
        outputs: Object.fromEntries(Object.entries(given).map(([name, values]) => [name, tf.add(values, 0)])),
      }),
    }
    const runner = await loadRunner(engine, { program }, { batchSize: 6, seed: 2 ** 32 - 2 })
    for (const [size, step] of [
      [6, 0],
      [5, 1],
      [6, 2 ** 20],
    ] as const) {
      const outputs = await runner.run('program', { size, arrays: {} }, { iterations: step })
      const key = { seed: 2 ** 32 - 2, purpose: PURPOSE.noise, step }
      expectSameBits(outputs.a!, dropoutMask({ ...key, stream: 0 }, 0.5, size * 7))
      expectSameBits(outputs.b!, dropoutMask({ ...key, stream: 3 }, 0.1, size * 7))
      expectSameBits(outputs.c!, uniforms({ ...key, stream: 7 }, size * 7))
      expectSameBits(outputs.d!, coarseUniforms({ ...key, stream: 9 }, size * 7))
    }
  })

  test('results may be inputs, constants, state, or one tensor under two names', async () => {
    const program: Program = {
      state: [
        { name: 'old', shape: [2], role: 'weight', initial: () => Float32Array.of(1, 2) },
        { name: 'new', shape: [2], role: 'weight', initial: () => Float32Array.of(3, 4) },
      ],
      inputs: [input('x', [null, 2]), { kind: 'scalar', name: 'rate' }],
      run({ old }, { x, rate }) {
        const sum = tf.sum(x!)
        const outputs = { x: x!, old: old!, rate: rate!, constant: tf.scalar(7), sum, again: sum }
        return { state: { new: tf.relu(tf.sub(old!, 1.5)) }, outputs }
      },
    }
    const runner = await loadRunner(engine, { program }, { batchSize: 1 })
    const batch: Batch = { size: 1, arrays: { x: Float32Array.of(5, 6) } }
    const outputs = await runner.run('program', batch, { rate: 0.25 })
    const plain = Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, [...values]]))
    expect(plain).toEqual({ x: [5, 6], old: [1, 2], rate: [0.25], constant: [7], sum: [11], again: [11] })
    expect(await runner.read()).toEqual({ old: Float32Array.of(1, 2), new: Float32Array.of(0, 0.5) })
  })

  test('weights may have steps of their own, and programs may update some of them', async () => {
    const names = ['a', 'b', 'c', 'd']
    const rates = { a: 'fast', b: 'slow', c: 'fast', d: 'fast' } as const
    const update = (...updated: string[]): Program => ({
      state: names.map((name, index) => ({
        name,
        shape: [20 + index],
        role: 'weight',
        initial: () => new Float32Array(20 + index).fill(index),
      })),
      inputs: [input('x', [null]), { kind: 'scalar', name: 'fast' }, { kind: 'scalar', name: 'slow' }],
      run(state, inputs) {
        const gradient = tf.sum(inputs.x!)
        const steps = updated.map((name) => {
          const rate = tf.mul(inputs[rates[name as 'a']]!, gradient)
          return [name, tf.sub(state[name]!, tf.mul(state[name]!, rate))] as const
        })
        return { state: Object.fromEntries(steps), outputs: { gradient } }
      },
    })
    const programs = { all: update(...names), some: update('a', 'c'), late: update('d', 'b') }
    const runner = await loadRunner(engine, programs, { batchSize: 1 })
    const batch = { size: 1, arrays: { x: Float32Array.of(2) } }
    const left = [1, 1, 1, 1]
    for (const [program, shares] of [
      ['all', [0.5, 0.75, 0.5, 0.5]],
      ['some', [0.5, 1, 0.5, 1]],
      ['late', [1, 0.75, 1, 0.5]],
    ] as const) {
      await runner.run(program, batch, { fast: 0.25, slow: 0.125 })
      for (const index of left.keys()) left[index]! *= shares[index]!
      const state = await runner.read()
      for (const [index, name] of names.entries()) {
        expect(state[name], `${name} after ${program}`).toEqual(new Float32Array(20 + index).fill(index * left[index]!))
      }
    }
  })

  test('the smallest network trains: one of everything', async () => {
    const layers = [
      { type: 'Dense', units: 1 },
      { type: 'Dropout', rate: 0 },
      { type: 'Dense', units: 1 },
    ]
    const { programs, spec } = smallNetwork({ layers, loss: 'mse', optimizer: 'SGD', seed: 3 }, [1])
    const runner = await loadRunner(engine, { ...programs }, { batchSize: 2 })
    const loss = async (size: number, iterations: number) => {
      const arrays = arraysOf(Uint8Array.of(255, 128).subarray(0, size), Int32Array.of(1, 2).subarray(0, size))
      const scalars = { learning_rate: spec.optimizer.learning_rate as number, iterations }
      return (await runner.run('train', { size, arrays }, scalars)).loss![0]! / size
    }
    const first = await loss(2, 0)
    for (let step = 1; step < 20; step++) await loss(step % 2 === 0 ? 2 : 1, step)
    expect(await loss(2, 20)).toBeLessThan(first)
  })

  test('nothing stays in memory after dispose', async () => {
    // timers are those of the test runner
    const held = () => process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout')
    const before = held()
    const made = vi.spyOn(OnnxSession, 'create')
    onTestFinished(() => made.mockRestore())
    const { engine: opened } = await openEngine(engine)
    const runner = await opened.load({ ...network.programs }, { batchSize: BATCH_SIZE, seed: 5 })
    await trainSteps(runner, network, optimizer, 3) // with a short last batch
    await runner.run('evaluate', network.batch(0), {})
    const sessions = await Promise.all(made.mock.results.map(({ value }) => value as Promise<OnnxSession>))
    const releases = sessions.map((session) => vi.spyOn(session, 'release'))
    expect(sessions.length > 0).toBe(engine === 'onnx')
    await runner.dispose()
    for (const release of releases) expect(release).toHaveBeenCalledOnce()
    expect(held()).toEqual(before)
  })

  test('a wrong call is an internal error with a message', async () => {
    const runner = await load()
    // @ts-expect-error: no program of this name was loaded
    await expect(runner.run('nothing', network.batch(0), {})).rejects.toThrow('internal: no program nothing')
    const few = { size: 2, arrays: network.batch(0).arrays }
    await expect(runner.run('evaluate', few, {})).rejects.toThrow('internal: batch x:x has 48 elements, not 12')
    await expect(runner.run('train', network.batch(0), { iterations: 0 })).rejects.toThrow(
      'internal: no value for learning_rate',
    )
  })
})

test('engine onnx refuses batches larger than announced', async () => {
  const runner = await loadRunner('onnx', { ...network.programs }, { batchSize: BATCH_SIZE - 1 })
  await expect(runner.run('evaluate', network.batch(0), {})).rejects.toThrow('internal: a batch of 8, at most 7 fit')
})

test('bytes become the same numbers on every engine', async () => {
  const program: Program = {
    state: [],
    inputs: [input('x', [null], { divisor: 255 })],
    run: (_, { x }) => ({ state: {}, outputs: { x: tf.mul(x!, 1) } }),
  }
  const x = Uint8Array.from({ length: 256 }, (_, index) => index)
  for (const engine of engineNames) {
    const runner = await loadRunner(engine, { program }, { batchSize: 256 })
    const outputs = await runner.run('program', { size: 256, arrays: { x } }, {})
    expectClose(
      outputs.x!,
      Float32Array.from(x, (byte) => byte / 255),
      engine,
      { relative: 0 },
    )
  }
})
