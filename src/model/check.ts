/** Checks a model against its data before anything is built: shapes, targets, and size. */
import { formatShape, type Shape, sizeOf } from '../base/shape.js'
import type { DataInfo } from '../data/dataset.js'
import type { LayerSpec, ResolvedSpec } from '../spec/spec.js'
import type { ModelIssue } from './issue.js'
import { checkActivity } from './layers/apply.js'
import { checkWeight, ShapeProblem } from './layers/layer.js'
import { layerRule } from './layers/registry.js'
import { LOSSES } from './losses.js'
import { metricFor } from './metrics.js'
import { type Call, DATA, networkOf } from './network.js'
import { fittingForm, type TargetForm } from './targets.js'

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
      checkActivity(layer, shape)
      if (!owners.has(owner)) {
        owners.add(owner)
        const requests = rule.weights?.(layer, given) ?? []
        requests.forEach(checkWeight)
        weights += requests.reduce((sum, weight) => sum + sizeOf(weight.shape), 0)
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

/** Labels must have a form that the loss and every metric can compare with the model's output. */
function checkTargets(
  spec: ResolvedSpec,
  info: DataInfo,
  output: Shape,
  last: Call,
  chain: readonly string[],
): ModelIssue[] {
  const details = ['shapes of the model:', ...chain.map((line) => `  ${line}`)]
  const wanted = [
    { user: `loss ${spec.loss.type}`, pointer: last.pointer, target: LOSSES[spec.loss.type].target },
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
