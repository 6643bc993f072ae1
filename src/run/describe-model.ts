/** Describes a model: its layers, how they are connected, and their parameters. */
import { sizeOf } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import type { SummaryReport } from '../export/summary-report.js'
import { dataInputs, isStack } from '../model/layers-topology.js'
import type { Model } from '../model/model.js'
import type { Rbm } from '../model/rbm/rbm.js'
import type { Learner } from './learner.js'

type ModelDescription = Pick<SummaryReport, 'stack' | 'inputs' | 'layers' | 'outputs' | 'parameters'>

export const describeModel = (learner: Learner): ModelDescription =>
  learner.kind === 'rbm' ? describeRbm(learner.model) : describeNetwork(learner.model)

function describeNetwork(model: Model): ModelDescription {
  const { stages, weights, outputs } = model
  const data = dataInputs(model)
  const names = new Map(data.map(({ key, name }) => [key, name]))
  const sizes = new Map(weights.map(({ name, shape }) => [name, sizeOf(shape)]))
  const layers = stages
    .filter(({ name, owner }) => name === owner)
    .map((stage) => ({
      name: stage.name,
      type: stage.layer.type,
      parameters: Object.values(stage.weights).reduce((sum, name) => sum + sizes.get(name)!, 0),
      calls: stages
        .filter(({ owner }) => owner === stage.name)
        .map(({ name, inputs, outputShape }) => ({
          name,
          inputs: inputs.map((input) => names.get(input) ?? input),
          output_shape: [...outputShape],
        })),
    }))
  return {
    stack: isStack(stages),
    inputs: data.map(({ name, shape }) => ({ name, shape: [...shape] })),
    layers,
    outputs: outputs.map(({ name }) => name),
    parameters: {
      total: countOf(weights),
      trainable: countOf(weights.filter(({ trainable }) => trainable)),
      non_trainable: countOf(weights.filter(({ trainable }) => !trainable)),
    },
  }
}

/** Describes an RBM as one layer, whose output is the hidden units. */
function describeRbm({ weights, visibleUnits, hiddenUnits }: Rbm): ModelDescription {
  const total = countOf(weights)
  return {
    stack: true,
    inputs: [{ name: 'data', shape: [visibleUnits] }],
    layers: [
      {
        name: 'rbm',
        type: 'RBM',
        parameters: total,
        calls: [{ name: 'rbm', inputs: ['data'], output_shape: [hiddenUnits] }],
      },
    ],
    outputs: ['rbm'],
    parameters: { total, trainable: total, non_trainable: 0 },
  }
}

const countOf = (slots: readonly Slot[]): number => slots.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
