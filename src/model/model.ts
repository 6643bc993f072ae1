/** Builds a tfjs model from a spec, as pure functions of its weights. */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import * as tfl from '@tensorflow/tfjs-layers'
import { PURPOSE, RandomStream } from '../base/philox.js'
import type { Shape } from '../base/shape.js'
import type { NoiseInput, Slot, Tensors } from '../program/program.js'
import type { ActivationName } from '../spec/activations.js'
import type { LayerSpec, ModelSpec } from '../spec/spec.js'
import { ACTIVATIONS } from './activations.js'
import { INITIALIZERS } from './initializers.js'
import { layerRule } from './layers/registry.js'

export interface Model {
  /** Shape of a sample, without the batch. */
  readonly inputShape: Shape
  readonly outputShape: Shape
  /** In Keras' order: layer by layer, kernel before bias. All of them are trained. */
  readonly weights: readonly Slot[]
  /** Random numbers that a training pass takes. */
  readonly noise: readonly NoiseInput[]
  /** The tfjs layers with their variables by weight name; the variables hold no values until they are bound. */
  readonly stages: readonly ModelStage[]
  /**
   * x: (batch, ...inputShape). With `noise` it is a training pass, without an inference pass. `visit` is shown the
   * output of every layer.
   */
  apply(x: tf.Tensor, weights: Tensors, options?: ApplyOptions): Prediction
}

/** What a model makes of a batch. */
export interface Prediction {
  /** (batch, ...outputShape) */
  readonly output: tf.Tensor
  /** What the model's last step, if it is an activation, made the output from; of the same shape. */
  readonly logits?: { readonly value: tf.Tensor; readonly activation: ActivationName }
}

export interface ApplyOptions {
  readonly noise?: Tensors
  readonly visit?: (layer: string, output: tf.Tensor) => void
}

export interface ModelStage {
  readonly name: string
  readonly layer: tfl.layers.Layer
  readonly activation: ActivationName | undefined
  readonly variables: readonly { readonly name: string; readonly variable: tfl.LayerVariable }[]
}

/** The spec's layers on samples of `inputShape`; shapes are taken to be checked (`checkShapes`). */
export function buildModel(spec: ModelSpec, inputShape: Shape, seed: number): Model {
  tf.enableProdMode() // tfjs then prints no advice
  const stages: ModelStage[] = []
  const weights: Slot[] = []
  const noise: NoiseInput[] = []
  let shape = inputShape
  for (const layerSpec of spec.layers) {
    const built = layerRule<LayerSpec>(layerSpec).build(layerSpec, shape)
    if (built) {
      const { layer, initializers = {} } = built
      layer.setFastWeightInitDuringBuild(true)
      if (!layer.built) layer.build([null, ...shape])
      layer.built = true
      const variables = layer.weights.map((variable) => ({
        name: `${layerSpec.name}/${variable.originalName}`,
        variable,
      }))
      for (const { name, variable } of variables) {
        const initialize = INITIALIZERS[initializers[variable.originalName]!]
        const key = { seed, purpose: PURPOSE.initial, stream: weights.length, step: 0 }
        const weightShape = variable.shape as Shape
        tensorOf(variable).dispose()
        weights.push({
          name,
          shape: weightShape,
          role: 'weight',
          initial: () => initialize(weightShape, new RandomStream(key)),
        })
      }
      if (built.noise) {
        const noiseShape = [null, ...built.noise.shape]
        const name = noiseName(layerSpec.name)
        noise.push({ ...built.noise, kind: 'noise', name, shape: noiseShape, stream: noise.length })
      }
      stages.push({ name: layerSpec.name, layer, activation: built.activation, variables })
    }
    shape = layerRule<LayerSpec>(layerSpec).outputShape(layerSpec, shape)
  }
  return {
    inputShape,
    outputShape: shape,
    weights,
    noise,
    stages,
    apply(x, values, { noise: draws, visit } = {}) {
      let output = x
      let logits: Prediction['logits']
      for (const { name, layer, activation, variables } of stages) {
        for (const weight of variables) bind(weight.variable, values[weight.name]!)
        const mask = draws?.[noiseName(name)]
        output = layer.apply(output, { training: draws !== undefined, ...(mask && { noise: mask }) }) as tf.Tensor
        logits = activation && { value: output, activation }
        if (activation) output = ACTIVATIONS[activation].apply(output)
        visit?.(name, output)
      }
      return { output, ...(logits && { logits }) }
    },
  }
}

/** Apart from whatever else a step takes: a layer may be called `x`. */
const noiseName = (layer: string): string => `${layer}/noise`

/** The model as a tfjs model with these weights, for saving; `dispose` frees the weights again. */
export function toSequential(
  model: Model,
  weights: Readonly<Record<string, Float32Array>>,
): { sequential: tfl.Sequential; dispose(): void } {
  const variables = model.stages.flatMap((stage) => stage.variables)
  for (const { name, variable } of variables) {
    bind(variable, tf.tensor(weights[name]!, [...variable.shape] as number[]))
    Object.assign(variable, { originalName: name }) // the name in the file; tfjs gives it only to layers it builds itself
  }
  // with names of its own tfjs counts on, and the same model saved again would be another file
  const sequential = tfl.sequential({ name: 'sequential_1' })
  sequential.add(tfl.layers.inputLayer({ inputShape: [...model.inputShape], name: 'input1' }))
  for (const { layer, activation } of model.stages) {
    if (activation) setActivation(layer, activation)
    sequential.add(layer)
  }
  return {
    sequential,
    dispose() {
      for (const { layer, activation } of model.stages) if (activation) setActivation(layer, 'linear')
      for (const { variable } of variables) tensorOf(variable).dispose()
    },
  }
}

/**
 * What tfjs-layers lacks, or computes by another formula, is saved under a name it does not know, so that a model file
 * is refused rather than computed differently.
 */
function setActivation(layer: tfl.layers.Layer, name: ActivationName): void {
  const { apply, tfjs } = ACTIVATIONS[name]
  Object.assign(layer, { activation: { apply, getClassName: () => tfjs ?? `trainspec_${name}` } })
}

/** Makes a layer read this tensor as its weight. tfjs keeps the value in a field that TypeScript calls protected. */
function bind(variable: tfl.LayerVariable, value: tf.Tensor): void {
  ;(variable as unknown as { val: tf.Tensor }).val = value
}

const tensorOf = (variable: tfl.LayerVariable): tf.Tensor => (variable as unknown as { val: tf.Tensor }).val
