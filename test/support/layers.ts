/** One checker for every layer: shapes, weights, gradients, noise, and the way to plain tfjs and back. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import { expect } from 'vitest'
import { PURPOSE, RandomStream } from '../../src/base/philox.js'
import { type Shape, sizeOf } from '../../src/base/shape.js'
import { saveModel } from '../../src/export/model.js'
import { layerRule } from '../../src/model/layers/registry.js'
import { buildModel, type Model } from '../../src/model/model.js'
import type { LayerSpec, ModelSpec } from '../../src/spec/spec.js'
import { expectClose } from './close.js'
import { expectGradient } from './gradients.js'
import { resolveModel } from './spec.js'

export interface LayerFacts {
  readonly layer: Record<string, unknown>
  readonly input: Shape
  readonly output: Shape
  /** Shapes of its weights by their own names. */
  readonly weights?: Readonly<Record<string, Shape>>
  /** Shape of the mask it takes in training. */
  readonly noise?: Shape
}

const BATCH = 2

export async function checkLayer({ layer, input, output, weights = {}, noise }: LayerFacts): Promise<void> {
  const spec = resolveModel([layer])
  const [resolved] = spec.layers as [LayerSpec]
  const rule = layerRule<LayerSpec>(resolved)
  expect(rule.outputShape(resolved, input), 'output shape').toEqual(output)
  const count = Object.values(weights).reduce((sum, shape) => sum + sizeOf(shape), 0)
  expect(rule.weightCount(resolved, input), 'number of weights').toBe(count)

  const model = buildModel(spec, input, 1)
  expect(model.outputShape).toEqual(output)
  const named = Object.entries(weights).map(([name, shape]) => ({ name: `${resolved.name}/${name}`, shape }))
  expect(model.weights.map(({ name, shape }) => ({ name, shape }))).toEqual(named)
  expect(model.noise.map(({ shape }) => shape)).toEqual(noise ? [[null, ...noise]] : [])

  checkGradients(model)
  await expectSameInTfjs(spec, input)
}

/** With respect to the input and to each weight, in a training pass. */
function checkGradients(model: Model): void {
  const random = new RandomStream({ seed: 4, purpose: PURPOSE.sample, stream: 0, step: 0 })
  const draw = (shape: Shape) => Array.from({ length: sizeOf(shape) }, () => random.normal())
  const shapes = { x: [BATCH, ...model.inputShape], ...Object.fromEntries(model.weights.map((w) => [w.name, w.shape])) }
  const values = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, draw(shape)]))
  const masks = model.noise.map(({ name, shape }) => ({ name, shape: [BATCH, ...(shape.slice(1) as number[])] }))
  const noise = masks.map(({ name, shape }) => [name, draw(shape).map((value) => (value > 0 ? 2 : 0)), shape] as const)
  for (const [name, shape] of Object.entries(shapes)) {
    const f = (changed: tf.Tensor) => {
      const all = Object.entries(shapes).map(([other, its]) => [
        other,
        other === name ? changed : tf.tensor(values[other]!, [...its]),
      ])
      const { x, ...weights } = Object.fromEntries(all) as Record<string, tf.Tensor>
      const draws = Object.fromEntries(noise.map(([mask, numbers, its]) => [mask, tf.tensor(numbers, its)]))
      return model.apply(x!, weights, { noise: draws }).output
    }
    expectGradient(f, values[name]!, shape, name)
  }
}

/** Saves the model with random weights, loads it with plain tfjs, and compares what both make of random data. */
export async function expectSameInTfjs(spec: ModelSpec, inputShape: Shape): Promise<void> {
  const model = buildModel(spec, inputShape, 1)
  const random = new RandomStream({ seed: 2, purpose: PURPOSE.sample, stream: 0, step: 0 })
  const draw = (shape: Shape) => Float32Array.from({ length: sizeOf(shape) }, () => 2 * random.normal())
  const weights = Object.fromEntries(model.weights.map(({ name, shape }) => [name, draw(shape)]))
  const loaded = await throughFiles(model, weights)
  try {
    expect(loaded.layers.slice(1).map(({ name }) => name)).toEqual(model.stages.map(({ name }) => name))
    expect(loaded.inputs[0]!.shape).toEqual([null, ...model.inputShape])
    const shape = [5, ...model.inputShape]
    const x = draw(shape)
    const [ours, theirs] = tf.tidy(() => {
      const tensors = Object.fromEntries(model.weights.map((w) => [w.name, tf.tensor(weights[w.name]!, [...w.shape])]))
      const { output } = model.apply(tf.tensor(x, shape), tensors)
      const predicted = loaded.predict(tf.tensor(x, shape)) as tf.Tensor
      expect(predicted.shape).toEqual(output.shape)
      return [output.dataSync(), predicted.dataSync()]
    })
    expectClose(theirs, ours, 'prediction by tfjs', { relative: 1e-5, absolute: 1e-6 })
  } finally {
    loaded.dispose()
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
