/** A stack as what is trained one after another: each RBM by itself, then the network that they become. */
import type { FineTuning, StackedRbmSpec } from './dbn.js'
import { stackedLayers } from './layers.js'
import type { NetworkSpec, StackedSpec, SupervisedSpec, UnsupervisedSpec } from './spec.js'

/** The RBMs from the data on, each as a spec of its own; only the first one learns the data that it names. */
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

/** The network that a stack is fine-tuned as; null where it is not. */
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

/** Each stage draws numbers of its own. */
function sharedBy({ name, seed, engine, device, precision, data }: StackedSpec, stage: number) {
  return { name, seed: (seed + stage) % 2 ** 32, engine, device, precision, data }
}

/** What a network's ends follow from. */
export interface DataSizes {
  readonly visibleUnits: number
  readonly classes: number
}

/** RBMs as layers of a network, with the names of those that an RBM is: forward, and backward where there are such. */
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

/** What gives the mean of a unit from its input. */
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
