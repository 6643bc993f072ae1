/** Checks a model against its data before anything is built: shapes, targets, and size. */
import { formatShape, type Shape, sizeOf } from '../base/shape.js'
import type { DataInfo } from '../data/dataset.js'
import type { LayerSpec, ResolvedSpec } from '../spec/spec.js'
import type { ModelIssue } from './issue.js'
import { ShapeProblem } from './layers/layer.js'
import { layerRule } from './layers/registry.js'
import { lossFor } from './losses.js'
import { metricFor } from './metrics/registry.js'
import { type Call, DATA, networkOf } from './network.js'
import { targetForm, type WantedTarget } from './targets.js'

/** Weights, slots and gradients share one 32-bit address space of 4 GiB; five arrays of this many floats fit. */
const MAX_WEIGHTS = 200e6

/** Every problem of fitting the spec's model to the data; empty when there is none. */
export function checkModel(spec: ResolvedSpec, info: DataInfo): ModelIssue[] {
  const { network, issues } = networkOf(spec.model)
  if (issues.length > 0) return [...issues]
  const shapes = new Map<string, Shape>([[DATA, info.sampleShape]])
  const chain = [`${'data'.padEnd(NAME_WIDTH)} ${formatShape([null, ...info.sampleShape])}`]
  const owners = new Set<string>()
  let weights = 0
  for (const { name, owner, layer, inputs, pointer } of network.calls) {
    const rule = layerRule<LayerSpec>(layer)
    const given = inputs.map((input) => shapes.get(input)!)
    let shape: Shape
    try {
      checkArity(rule.arity ?? { least: 1, most: 1 }, given)
      shape = rule.outputShape(layer, given)
      if (!owners.has(owner)) {
        owners.add(owner)
        weights += (rule.weights?.(layer, given) ?? []).reduce((sum, weight) => sum + sizeOf(weight.shape), 0)
      }
    } catch (error) {
      if (!(error instanceof ShapeProblem)) throw error
      const message = `${layer.type} "${name}" ${error.message}`
      return [
        { code: 'shape', pointer, message, details: ['shapes up to this layer:', ...chain.map((line) => `  ${line}`)] },
      ]
    }
    shapes.set(name, shape)
    chain.push(`${`${name} (${layer.type})`.padEnd(NAME_WIDTH)} ${formatShape([null, ...shape])}`)
    if (weights > MAX_WEIGHTS) {
      const message = `${layer.type} "${name}" brings the model to ${weights.toLocaleString('en')} weights, must be at most ${MAX_WEIGHTS.toLocaleString('en')}`
      return [{ code: 'size', pointer, message }]
    }
  }
  const last = network.calls.find(({ name }) => name === network.output)!
  return checkTargets(spec, info, shapes.get(network.output)!, last, chain)
}

/** Where shapes begin in a chain. */
const NAME_WIDTH = 24

function checkArity({ least, most }: { least: number; most: number }, given: readonly Shape[]): void {
  if (given.length >= least && given.length <= most) return
  const wanted =
    least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`
  const shapes = given.map((shape) => formatShape([null, ...shape])).join(' and ')
  throw new ShapeProblem(
    `has ${given.length} ${given.length === 1 ? 'input' : 'inputs'}, ${shapes}, must have ${wanted}`,
  )
}

/** Labels must have a form that the loss and every metric can compare with the model's output, and nothing else may keep them from it. */
function checkTargets(
  spec: ResolvedSpec,
  info: DataInfo,
  output: Shape,
  last: Call,
  chain: readonly string[],
): ModelIssue[] {
  const details = ['shapes of the model:', ...chain.map((line) => `  ${line}`)]
  const wanted = [
    { user: `loss ${spec.loss.type}`, pointer: last.pointer, own: '/loss', ...lossFor(spec.loss, output) },
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
