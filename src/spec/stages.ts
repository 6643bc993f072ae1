/** Makes a spec for each stage of a stack: for each RBM, then for the network that they become. */
import type { FineTuning, StackedRbmSpec } from './dbn.js'
import { stackedLayers } from './layers.js'
import type { NetworkSpec, StackedSpec, SupervisedSpec, UnsupervisedSpec } from './spec.js'

/** Returns a spec for each RBM, from the data upwards. Only the first one learns the data that its spec names. */
export function rbmStages(spec: StackedSpec): readonly UnsupervisedSpec[] {
  return spec.model.rbms.map((one, index) => {
    const { training, optimizer, metrics, batch_size, epochs, ...rbm } = one
    return {
      ...sharedBy(spec, index),
      model: { type: 'RBM', ...rbm },
      optimizer,
      metrics,
      training,
      fit: { ...spec.fit, batch_size, epochs, class_weight: null },
      early_stopping: null,
      callbacks: [],
      expect: {},
    }
  })
}

/** Returns the spec of the network that is fine-tuned, or null if `fine_tune` is null. */
export function fineTuningStage(spec: StackedSpec, data: DataSizes): SupervisedSpec | null {
  const { model, optimizer, loss, metrics, target, fit, early_stopping, callbacks, expect } = spec
  if (model.fine_tune === null) return null
  return {
    ...sharedBy(spec, model.rbms.length),
    model: unrolled(spec, data).network,
    optimizer: optimizer!,
    loss: loss!,
    metrics,
    target: target!,
    fit,
    early_stopping,
    callbacks,
    expect,
  }
}

/** Fields that all stages share. Each stage has a seed of its own. */
function sharedBy({ name, seed, engine, device, precision, data, checkpoint }: StackedSpec, stage: number) {
  return { name, seed: (seed + stage) % 2 ** 32, engine, device, precision, data, checkpoint }
}

/** Sizes that the first and the last layer depend on. */
export interface DataSizes {
  readonly visibleUnits: number
  readonly classes: number
}

/**
 * RBMs as layers of a network, and the name of the layer that each RBM became: forward, and for an autoencoder backward
 * too.
 */
export interface Unrolled {
  readonly network: NetworkSpec
  readonly forward: readonly string[]
  readonly backward: readonly string[]
}

export function unrolled(spec: StackedSpec, data: DataSizes): Unrolled {
  const { rbms, fine_tune } = spec.model
  const forward = rbms.map((rbm, index) => dense(nameOf(index), rbm.hidden_units, HIDDEN_ACTIVATIONS[rbm.hidden.type]))
  const top = fine_tune === null ? [] : TOPS[fine_tune](spec, data)
  return {
    network: { type: 'Sequential', layers: stackedLayers.parse([...forward, ...top]) },
    forward: forward.map(({ name }) => name),
    backward: fine_tune === 'autoencoder' ? top.map(({ name }) => name).toReversed() : [],
  }
}

type Dense = ReturnType<typeof dense>

const TOPS: { readonly [Name in FineTuning]: (spec: StackedSpec, data: DataSizes) => readonly Dense[] } = {
  classifier({ target }, { classes }) {
    const units = target?.type === 'grouped_label' ? target.groups.length : classes
    return [dense('classes', units, 'softmax')]
  },
  autoencoder({ model: { rbms } }, { visibleUnits }) {
    const layers = rbms.map(({ visible }, index) => {
      const units = rbms[index - 1]?.hidden_units ?? visibleUnits
      return dense(`${nameOf(index)}_back`, units, VISIBLE_ACTIVATIONS[visible.type])
    })
    return layers.toReversed()
  },
}

/** Activations that give the mean of a unit from its input. */
const HIDDEN_ACTIVATIONS: { readonly [Kind in StackedRbmSpec['hidden']['type']]: string } = {
  bernoulli: 'sigmoid',
  nrelu: 'softplus',
}
const VISIBLE_ACTIVATIONS: { readonly [Kind in StackedRbmSpec['visible']['type']]: string } = {
  bernoulli: 'sigmoid',
  gaussian: 'linear',
}

const nameOf = (index: number): string => `rbm_${index + 1}`

const dense = (name: string, units: number, activation: string) => ({ type: 'Dense' as const, name, units, activation })
