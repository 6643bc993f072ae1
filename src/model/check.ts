/** Checks a model against its data before anything is built: shapes, targets, and size. */
import type { Issue } from '../base/issue.js'
import { formatShape, type Shape } from '../base/shape.js'
import type { DataInfo } from '../data/dataset.js'
import type { LayerSpec, ResolvedSpec } from '../spec/spec.js'
import { ShapeProblem } from './layers/layer.js'
import { layerRule } from './layers/registry.js'
import { lossFor } from './losses.js'
import { metricFor } from './metrics/registry.js'
import { targetForm, type WantedTarget } from './targets.js'

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

/** Labels must have a form that the loss and every metric can compare with the model's output, and nothing else may keep them from it. */
function checkTargets(spec: ResolvedSpec, info: DataInfo, output: Shape, chain: readonly string[]): ModelIssue[] {
  const last = `/model/layers/${spec.model.layers.length - 1}`
  const details = ['shapes of the model:', ...chain.map((line) => `  ${line}`)]
  const wanted = [
    { user: `loss ${spec.loss.type}`, pointer: last, own: '/loss', ...lossFor(spec.loss, output) },
    ...spec.metrics.map((metric, index) => ({
      user: `metric ${metric.type}`,
      pointer: `/metrics/${index}`,
      own: `/metrics/${index}`,
      ...metricFor(metric, output),
    })),
  ]
  const ends = `the model ends in ${formatShape([null, ...output])}, but`
  const misfits = wanted.flatMap(({ user, pointer, own, target, problem }): ModelIssue[] => {
    if (targetForm(target, output, info.classes) === null) {
      const message = `${ends} ${user} needs ${formsOf(target, info)} for the ${info.classes} classes of ${info.name}`
      return [{ code: 'shape', pointer, message, details }]
    }
    return problem === undefined
      ? []
      : [{ code: 'shape', pointer: own, message: `${ends} ${user} ${problem}`, details }]
  })
  return [...misfits.slice(0, 1), ...checkClassWeight(spec, info)]
}

/** Shapes of the output that suit a target, in words. */
function formsOf(target: WantedTarget, { classes }: DataInfo): string {
  if (target === 'class_of_vector') return '(None, n)'
  return target === 'fitting' ? `(None, ${classes}) or (None, 1)` : `(None, ${classes})`
}

const checkClassWeight = ({ fit }: ResolvedSpec, { classes, name }: DataInfo): ModelIssue[] =>
  Object.keys(fit.class_weight ?? {})
    .filter((index) => Number(index) >= classes)
    .map((index) => ({
      code: 'range',
      pointer: `/fit/class_weight/${index}`,
      message: `found class ${index}, but ${name} has ${classes} classes, numbered from 0`,
    }))
