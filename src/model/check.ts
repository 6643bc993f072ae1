/** Checks a model against its data before anything is built: shapes, targets, and size. */
import type { Issue } from '../base/issue.js'
import { formatShape, type Shape } from '../base/shape.js'
import type { DataInfo } from '../data/dataset.js'
import type { LayerSpec, ResolvedSpec } from '../spec/spec.js'
import { ShapeProblem } from './layers/layer.js'
import { layerRule } from './layers/registry.js'
import { LOSSES } from './losses.js'
import { metricFor } from './metrics.js'
import { fittingForm, type TargetForm } from './targets.js'

/** An issue that has yet to be placed in a file. */
export type ModelIssue = Pick<Issue, 'code' | 'pointer' | 'message' | 'details'>

/** Weights, slots and gradients share one 32-bit address space of 4 GiB; five arrays of this many floats fit. */
const MAX_WEIGHTS = 200e6

/** Every problem of fitting the spec's model to the data; empty when there is none. */
export function checkModel(spec: ResolvedSpec, info: DataInfo): ModelIssue[] {
  const { layers } = spec.model
  const chain = [`${'data'.padEnd(24)} ${formatShape([null, ...info.sampleShape])}`]
  let shape: Shape = info.sampleShape
  let weights = 0
  for (const [index, layer] of layers.entries()) {
    const pointer = `/model/layers/${index}`
    const rule = layerRule<LayerSpec>(layer)
    try {
      weights += rule.weightCount(layer, shape)
      shape = rule.outputShape(layer, shape)
    } catch (error) {
      if (!(error instanceof ShapeProblem)) throw error
      const message = `${layer.type} "${layer.name}" ${error.message}`
      return [
        { code: 'shape', pointer, message, details: ['shapes up to this layer:', ...chain.map((line) => `  ${line}`)] },
      ]
    }
    chain.push(`${`${layer.name} (${layer.type})`.padEnd(24)} ${formatShape([null, ...shape])}`)
    if (weights > MAX_WEIGHTS) {
      const message = `${layer.type} "${layer.name}" brings the model to ${weights.toLocaleString('en')} weights, must be at most ${MAX_WEIGHTS.toLocaleString('en')}`
      return [{ code: 'size', pointer, message }]
    }
  }
  return checkTargets(spec, info, shape, chain)
}

/** Labels must have a form that the loss and every metric can compare with the model's output. */
function checkTargets(spec: ResolvedSpec, info: DataInfo, output: Shape, chain: readonly string[]): ModelIssue[] {
  const last = `/model/layers/${spec.model.layers.length - 1}`
  const details = ['shapes of the model:', ...chain.map((line) => `  ${line}`)]
  const wanted = [
    { user: `loss ${spec.loss.type}`, pointer: last, target: LOSSES[spec.loss.type].target },
    ...spec.metrics.map((name, index) => ({
      user: `metric ${name}`,
      pointer: `/metrics/${index}`,
      target: metricFor(name, output).target,
    })),
  ]
  return wanted
    .filter(({ target }) => !fits(target, output, info.classes))
    .map(({ user, pointer, target }) => {
      const form = target === 'fitting' ? `(None, ${info.classes}) or (None, 1)` : `(None, ${info.classes})`
      const message = `the model ends in ${formatShape([null, ...output])}, but ${user} needs ${form} for the ${info.classes} classes of ${info.name}`
      return { code: 'shape', pointer, message, details }
    })
    .slice(0, 1)
}

const fits = (target: TargetForm | 'fitting', output: Shape, classes: number): boolean =>
  target === 'fitting' ? fittingForm(output, classes) !== null : output.length === 1 && output[0] === classes
