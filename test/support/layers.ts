/** The checker of every layer: shapes, weights, gradients, noise, engines, Keras, and saving to tfjs and loading. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import { expect } from 'vitest'
import type { Named } from '../../src/base/field.js'
import type { Distribution } from '../../src/base/noise.js'
import { PURPOSE, RandomStream } from '../../src/base/philox.js'
import { type Shape, sizeOf } from '../../src/base/shape.js'
import type { Tensors } from '../../src/base/tensors.js'
import { saveModel } from '../../src/export/model.js'
import { applyLayer } from '../../src/model/layers/apply.js'
import { layerRule } from '../../src/model/layers/registry.js'
import { buildModel, type Model } from '../../src/model/model.js'
import type { Program } from '../../src/program/program.js'
import type { LayerSpec, NetworkSpec } from '../../src/spec/spec.js'
import { expectClose, largestMagnitude } from './close.js'
import { loadRunner, ownEngines, REFERENCE, type RealEngine, toleranceOn } from './engines.js'
import { expectGradient } from './gradients.js'
import type { LayerCase } from './keras.js'
import { resolveModel, resolveSpec } from './spec.js'

export interface LayerFacts {
  readonly layer: Record<string, unknown>
  /** Shapes of the inputs of a sample; one shape for one input. */
  readonly input: Shape | readonly Shape[]
  readonly output: Shape
  /** Shapes of its weights by their own names. */
  readonly weights?: Readonly<Record<string, Shape>>
  /** Shapes of the noise it takes in training, by own names; one shape for the one called `noise`. */
  readonly noise?: Shape | Readonly<Record<string, Shape>>
  /** Inputs are whole numbers below this: for an Embedding. Without gradients. */
  readonly below?: number
  /** Steps of the first input that count, for every sample alike. */
  readonly mask?: readonly boolean[]
  /** The same for each input of several; null for one without a mask. */
  readonly masks?: Masks
  /** `false`: plain tfjs has no layer that computes the same, and refuses the file. */
  readonly inTfjs?: boolean
  /** `false`: gradients jump where a finite difference would step. */
  readonly smooth?: boolean
}

type Masks = readonly (readonly boolean[] | null)[]

const BATCH = 2

const several = (shapes: Shape | readonly Shape[]): readonly Shape[] =>
  (typeof shapes[0] === 'number' || shapes.length === 0 ? [shapes] : shapes) as readonly Shape[]

export async function checkLayer({
  layer,
  input,
  output,
  weights = {},
  noise = {},
  ...facts
}: LayerFacts): Promise<void> {
  const { inTfjs = true, smooth = true, below, mask, masks = mask && [mask] } = facts
  const resolved = resolveLayer(layer)
  const rule = layerRule<LayerSpec>(resolved)
  const inputs = several(input)
  expect(rule.outputShape(resolved, inputs), 'output shape').toEqual(output)
  const requests = rule.weights?.(resolved, inputs) ?? []
  expect(Object.fromEntries(requests.map(({ name, shape }) => [name, shape])), 'weights').toEqual(weights)
  const draws = Object.entries(rule.noise?.(resolved, inputs) ?? {})
  expect(Object.fromEntries(draws.map(([name, { shape }]) => [name, shape])), 'noise').toEqual(
    Array.isArray(noise) ? { noise } : noise,
  )

  const values = drawValues(resolved, inputs, below)
  if (smooth && below === undefined) checkGradients(resolved, inputs, values, masks)
  await checkEngines(resolved, inputs, values, { masks, below })
  const { spec, shape } = inputs.length > 1 ? joined(layer, inputs) : { spec: resolveModel([layer]), shape: inputs[0]! }
  if (inTfjs) await expectSameInTfjs(spec, shape, below)
  else await expect(expectSameInTfjs(spec, shape, below)).rejects.toThrow('Unknown layer: trainspec')
}

/** A layer as a spec's reader gives it. */
export function resolveLayer(layer: Record<string, unknown>): LayerSpec {
  const [resolved] = resolveSpec({ layers: [], model: { type: 'Functional', layers: [layer] } }).model.layers
  return resolved!
}

/** A model in which a layer has inputs of these shapes, each made of the data. */
function joined(layer: Record<string, unknown>, inputs: readonly Shape[]): { spec: NetworkSpec; shape: Shape } {
  const made = inputs.flatMap((shape, index) => [
    { type: 'Dense', name: `dense_of_${index}`, units: sizeOf(shape), inputs: 'data' },
    { type: 'Reshape', name: `input_${index}`, target_shape: shape },
  ])
  const layers = [
    { type: 'Input', name: 'data', shape: [3] },
    ...made,
    { ...layer, inputs: inputs.map((_, index) => `input_${index}`) },
  ]
  return { spec: resolveSpec({ layers: [], model: { type: 'Functional', layers } }).model, shape: [3] }
}

type Values = Readonly<Record<string, Float32Array>>

/** Random inputs `x0`, `x1` ... and weights by their own names. */
function drawValues(spec: LayerSpec, inputs: readonly Shape[], below?: number): Values {
  const random = new RandomStream({ seed: 4, purpose: PURPOSE.sample, stream: 0, step: 0 })
  const draw = (shape: Shape, next: () => number) => Float32Array.from({ length: sizeOf(shape) }, next)
  const requests = layerRule<LayerSpec>(spec).weights?.(spec, inputs) ?? []
  return {
    ...Object.fromEntries(
      inputs.map((shape, index) => [
        `x${index}`,
        draw([BATCH, ...shape], () => (below === undefined ? random.normal() : random.below(below))),
      ]),
    ),
    // a running variance is positive
    ...Object.fromEntries(
      requests.map(({ name, shape, trainable }) => [
        name,
        draw(shape, () => (trainable === false ? 0.5 + random.uniform() : random.normal())),
      ]),
    ),
  }
}

/** Numbers that the distribution may give. */
const noiseOf = ({ type }: Distribution, shape: Shape): Float32Array =>
  Float32Array.from({ length: sizeOf(shape) }, (_, index) => {
    const wave = Math.sin(37 * (index + 1))
    return type === 'uniform' ? wave ** 2 : wave > 0 ? 2 : 0
  })

/** With respect to each input and each trained weight, in a training pass. */
function checkGradients(spec: LayerSpec, inputs: readonly Shape[], values: Values, masks?: Masks): void {
  const { rule, shapes, draws } = factsOf(spec, inputs)
  for (const [name, shape] of Object.entries(shapes)) {
    if (rule.weights?.(spec, inputs).some((request) => request.name === name && request.trainable === false)) continue
    if (!isUsed(spec, name)) continue
    const f = (changed: tf.Tensor) => {
      const all = Object.entries(shapes).map(([other, its]) => [
        other,
        other === name ? changed : tf.tensor(values[other]!, [...its]),
      ])
      const noise = Object.fromEntries(
        draws.map(({ own, shape, distribution }) => [own, tf.tensor(noiseOf(distribution, shape), [...shape])]),
      )
      return call(spec, inputs, Object.fromEntries(all) as Tensors, noise, { training: true, masks }).output
    }
    expectGradient(f, [...values[name]!], shape, name)
  }
}

/** True unless the layer says that its call does not compute with the weight. */
const isUsed = (spec: LayerSpec, name: string): boolean => layerRule<LayerSpec>(spec).uses?.(spec, name) ?? true

function factsOf(spec: LayerSpec, inputs: readonly Shape[], batch = BATCH) {
  const rule = layerRule<LayerSpec>(spec)
  const requests = rule.weights?.(spec, inputs) ?? []
  const shapes: Record<string, Shape> = {
    ...Object.fromEntries(inputs.map((shape, index) => [`x${index}`, [batch, ...shape]])),
    ...Object.fromEntries(requests.map(({ name, shape }) => [name, shape])),
  }
  const draws = Object.entries(rule.noise?.(spec, inputs) ?? {}).map(([own, { shape, distribution }]) => ({
    own,
    shape: [batch, ...shape],
    distribution,
  }))
  return { rule, requests, shapes, draws }
}

/** The layer's output, and what it does beside: updates by own names, and what it adds to the loss. */
function call(
  spec: LayerSpec,
  inputs: readonly Shape[],
  tensors: Tensors,
  noise: Tensors,
  { training, masks: given = [] }: { training: boolean; masks?: Masks | undefined },
) {
  const rule = layerRule<LayerSpec>(spec)
  const requests = rule.weights?.(spec, inputs) ?? []
  const updates: Record<string, tf.Tensor> = {}
  const added: tf.Tensor[] = []
  const batch = tensors.x0!.shape[0]!
  const masks = inputs.map((_, index) => {
    const mask = given[index]
    return mask
      ? tf.tensor2d(
          Array(batch)
            .fill([...mask])
            .flat(),
          [batch, mask.length],
          'bool',
        )
      : undefined
  })
  const applied = applyLayer(
    rule,
    spec,
    inputs.map((_, index) => tensors[`x${index}`]!),
    {
      training,
      weights: Object.fromEntries(requests.map(({ name }) => [name, tensors[name]!])),
      noise: training ? noise : {},
      masks,
      update: (name, value) => {
        updates[name] = value
      },
      addLoss: (penalty) => added.push(penalty),
    },
  )
  return { ...applied, updates, added }
}

interface ProgramFacts {
  readonly training: boolean
  readonly masks?: Masks | undefined
  readonly below?: number | undefined
  /** Factors of the output in the sum that is differentiated. */
  readonly factors: (size: number) => Float32Array
}

/** Forward and backward: `output`, gradients `d x0`, `d kernel`, updates `new moving_mean`. */
function layerProgram(spec: LayerSpec, inputs: readonly Shape[], facts: ProgramFacts): Program {
  const { requests, draws } = factsOf(spec, inputs)
  return {
    state: requests.map(({ name, shape }) => ({
      name,
      shape,
      role: 'weight',
      initial: () => new Float32Array(sizeOf(shape)),
    })),
    inputs: [
      ...inputs.map(
        (shape, index) =>
          ({ kind: 'batch', name: `x${index}`, shape: [null, ...shape], dtype: 'float32', divisor: 1 }) as const,
      ),
      ...draws.map(
        ({ own, shape }) =>
          ({
            kind: 'batch',
            name: `noise ${own}`,
            shape: [null, ...shape.slice(1)],
            dtype: 'float32',
            divisor: 1,
          }) as const,
      ),
    ],
    run(state, given) {
      const noise = Object.fromEntries(draws.map(({ own }) => [own, given[`noise ${own}`]!]))
      const names = [
        ...(facts.below === undefined ? inputs.map((_, index) => `x${index}`) : []),
        ...requests.filter(({ name, trainable }) => trainable !== false && isUsed(spec, name)).map(({ name }) => name),
      ]
      const all = { ...state, ...given }
      let kept: Record<string, tf.Tensor> = {}
      const total = (...values: tf.Tensor[]): tf.Scalar => {
        const tensors = { ...all, ...Object.fromEntries(names.map((name, index) => [name, values[index]!])) }
        const { output, updates, added } = call(spec, inputs, tensors, noise, facts)
        kept = {
          output,
          ...Object.fromEntries(Object.entries(updates).map(([name, value]) => [`new ${name}`, value])),
        }
        for (const value of Object.values(kept)) tf.keep(value)
        const weighed = tf.sum(tf.mul(output, tf.tensor(facts.factors(output.size), output.shape)))
        return added.reduce((sum, one) => tf.add(sum, one), weighed) as tf.Scalar
      }
      const gradients = names.length === 0 ? [] : tf.grads(total)(names.map((name) => all[name]!))
      if (names.length === 0) total()
      const outputs = { ...kept, ...Object.fromEntries(names.map((name, index) => [`d ${name}`, gradients[index]!])) }
      return { state: {}, outputs }
    },
  }
}

const waves = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, index) => 1 + 0.5 * Math.sin(index))

/** Every engine gives the same output, gradients and updates, in training and in inference. */
async function checkEngines(
  spec: LayerSpec,
  inputs: readonly Shape[],
  values: Values,
  { masks, below }: Pick<ProgramFacts, 'masks' | 'below'>,
): Promise<void> {
  const { draws } = factsOf(spec, inputs)
  const noise = Object.fromEntries(
    draws.map(({ own, shape, distribution }) => [`noise ${own}`, noiseOf(distribution, shape)]),
  )
  for (const training of [true, false]) {
    const program = layerProgram(spec, inputs, { training, masks, below, factors: waves })
    const results = new Map<RealEngine, Values>()
    for (const engine of new Set([REFERENCE, ...ownEngines])) {
      const runner = await loadRunner(engine, { layer: program }, { batchSize: BATCH })
      await runner.write(values)
      const arrays = Object.fromEntries(program.inputs.map(({ name }) => [name, values[name] ?? noise[name]!]))
      const outputs = await runner.run('layer', { size: BATCH, arrays }, {})
      results.set(engine, Object.fromEntries(Object.entries(outputs).map(([name, array]) => [name, array.slice()])))
    }
    const expected = results.get(REFERENCE)!
    for (const [engine, found] of results) {
      expect(Object.keys(found).toSorted()).toEqual(Object.keys(expected).toSorted())
      for (const [name, array] of Object.entries(expected)) {
        const absolute = 1e-5 * Math.max(1, largestMagnitude(array))
        const tolerance = toleranceOn(engine, { relative: 1e-4, absolute })
        expectClose(found[name]!, array, `${engine}: ${name}`, tolerance)
      }
    }
  }
}

/** Keras' results with the same weights: output, gradients, and weights that are not trained. */
export function checkLayerCase({
  layer,
  training,
  inputs,
  weights,
  noise = {},
  factors,
  ...expected
}: LayerCase): void {
  const masks = expected.masks ?? (expected.mask && [expected.mask])
  const spec = resolveLayer(layer)
  const shapes = inputs.map(({ shape }) => shape.slice(1))
  const batch = inputs[0]!.shape[0]!
  const integers = inputs.some(({ integers }) => integers)
  tf.tidy(() => {
    const program = layerProgram(spec, shapes, {
      training,
      masks,
      below: integers ? 1 : undefined,
      factors: () => Float32Array.from(factors),
    })
    const state = Object.fromEntries(
      program.state.map(({ name, shape }) => {
        expect(weights[name], `weight ${name} of Keras`).toBeDefined()
        expect(weights[name]!.shape, `shape of ${name}`).toEqual(shape)
        return [name, tf.tensor(weights[name]!.values, [...shape])]
      }),
    )
    expect(Object.keys(weights).length, 'number of weights').toBe(program.state.length)
    const given = Object.fromEntries(
      inputs.map(({ shape, values }, index) => [`x${index}`, tf.tensor(values, [...shape], 'float32')]),
    )
    for (const [name, { shape, values }] of Object.entries(noise))
      given[`noise ${name}`] = tf.tensor(values, [...shape])
    const { outputs } = program.run(state, given)
    expect(outputs.output!.shape, 'output shape').toEqual([batch, ...expected.output.shape.slice(1)])
    const close = (name: string, values: readonly number[]) => {
      expect(outputs[name], name).toBeDefined()
      expectClose(outputs[name]!.dataSync(), values, name, {
        relative: 1e-4,
        absolute: 1e-5 * Math.max(1, largestMagnitude(values)),
      })
    }
    try {
      close('output', expected.output.values)
      for (const [name, values] of Object.entries(expected.gradients)) {
        if (!(name in weights) || isUsed(spec, name)) close(`d ${name}`, values)
        else
          expect(
            values.every((value) => value === 0),
            `no gradient of ${name} in Keras`,
          ).toBe(true)
      }
      for (const [name, values] of Object.entries(expected.updates)) close(`new ${name}`, values)
      if (!expected.masks) return
      const { mask } = call(spec, shapes, { ...state, ...given }, {}, { training, masks })
      expect(mask && [...mask.dataSync()].map(Boolean), 'mask of the output').toEqual(expected.output_mask ?? undefined)
    } finally {
      tf.dispose(outputs) // what a program gives is kept
    }
  })
}

/** Saves a model of one input with random weights, and compares it with plain tfjs on random data. */
export const expectSameInTfjs = (spec: NetworkSpec, inputShape: Shape, below?: number): Promise<void> =>
  expectInputsSameInTfjs(spec, { x: inputShape }, below)

/** The same for a model of any inputs. Several must be in tfjs in their order; one may be there several times. */
export async function expectInputsSameInTfjs(spec: NetworkSpec, inputs: Named<Shape>, below?: number): Promise<void> {
  const model = buildModel(spec, inputs, 1)
  const shapes = Object.entries(inputs)
  const random = new RandomStream({ seed: 2, purpose: PURPOSE.sample, stream: 0, step: 0 })
  const draw = (shape: Shape, next: () => number) => Float32Array.from({ length: sizeOf(shape) }, next)
  const weights = Object.fromEntries(
    model.weights.map(({ name, shape, trainable }) => [
      name,
      draw(shape, () => (trainable ? 2 * random.normal() : 0.5 + random.uniform())),
    ]),
  )
  const loaded = await throughFiles(model, weights)
  try {
    const names = new Set(loaded.layers.map(({ name }) => name))
    for (const { name, owner } of model.stages) if (name === owner) expect(names).toContain(name)
    const order = loaded.inputs.map((_, at) => shapes[shapes.length === 1 ? 0 : at]!)
    expect(loaded.inputs.map(({ shape }) => shape)).toEqual(order.map(([, shape]) => [null, ...shape]))
    const next = () => (below === undefined ? 2 * random.normal() : random.below(below))
    const drawn = Object.fromEntries(shapes.map(([name, shape]) => [name, draw([5, ...shape], next)]))
    const [ours, theirs] = tf.tidy(() => {
      const tensors = Object.fromEntries(model.weights.map((w) => [w.name, tf.tensor(weights[w.name]!, [...w.shape])]))
      const given = Object.fromEntries(shapes.map(([name, shape]) => [name, tf.tensor(drawn[name]!, [5, ...shape])]))
      const { output } = model.apply(given, tensors)
      const inOrder = order.map(([name]) => given[name]!)
      const predicted = loaded.predict(inOrder.length === 1 ? inOrder[0]! : inOrder) as tf.Tensor
      expect(predicted.shape).toEqual(output.shape)
      return [output.dataSync(), predicted.dataSync()]
    })
    expectClose(theirs, ours, 'prediction by tfjs', {
      relative: 1e-5,
      absolute: 1e-6 * Math.max(1, largestMagnitude(ours)),
    })
  } finally {
    const kept = loaded.weights.map((weight) => weight.read())
    loaded.dispose()
    // tfjs counts the uses of a shared layer, and frees it once
    tf.dispose(kept.filter((weight) => !weight.isDisposed))
  }
}

/** Writes the model's files and opens them as any tfjs program would. */
async function throughFiles(model: Model, weights: Readonly<Record<string, Float32Array>>): Promise<tfl.LayersModel> {
  const folder = await mkdtemp(join(tmpdir(), 'trainspec-model-'))
  try {
    await saveModel(folder, model, weights)
    const { modelTopology, format, weightsManifest } = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'))
    expect(format).toBe('layers-model')
    const files: string[] = weightsManifest.flatMap(({ paths }: { paths: string[] }) => paths)
    const bytes = Buffer.concat(await Promise.all(files.map((path) => readFile(join(folder, path)))))
    const weightData = Uint8Array.from(bytes).buffer
    const weightSpecs = weightsManifest.flatMap(({ weights }: { weights: tf.io.WeightsManifestEntry[] }) => weights)
    return await tfl.loadLayersModel({ load: async () => ({ modelTopology, weightSpecs, weightData }) })
  } finally {
    await rm(folder, { recursive: true })
  }
}
