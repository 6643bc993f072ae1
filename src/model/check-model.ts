/** Checks a model against its data before anything is built: shapes, targets, and size. */
import type { Named } from '../base/field.js'
import { type DataForm, inputKey, inputShape, inputShapes } from '../base/form.js'
import { formatShape, type Shape, sizeOf } from '../base/shape.js'
import type { OutputSpec, TargetSpec } from '../spec/outputs.js'
import type { LayerSpec, NetworkSpec, SupervisedSpec } from '../spec/spec.js'
import type { ModelIssue } from './issue.js'
import { checkActivity } from './layers/apply.js'
import { checkWeight, ShapeProblem } from './layers/layer.js'
import { layerRule } from './layers/registry.js'
import { lossFor } from './losses.js'
import { followMask, noMasks } from './mask-shapes.js'
import { metricFor } from './metrics/registry.js'
import { type Call, type Network, networkOf, type OutputNames } from './network.js'
import { takenMasks } from './taken-masks.js'
import { type FoundTarget, findTarget, takesNumbers, targetForm, type WantedTarget } from './targets.js'

/** Weights, slots and gradients share one 32-bit address space of 4 GiB; five arrays of this many floats fit. */
export const MAX_WEIGHTS = 200e6

/** Most numbers that a layer may give for one sample. A few arrays of this size fit into 32-bit addresses. */
const MAX_NUMBERS = 200e6

/** Most steps of all recurrent layers together. Each step is unrolled and takes a fraction of a second to compile. */
const MAX_STEPS = 5000

/** Returns every problem of fitting the spec's model to the data, or an empty list. */
export function checkModel(spec: SupervisedSpec, form: DataForm, outputs: readonly OutputSpec[]): ModelIssue[] {
  const inputs = inputShapes(form)
  const { network, issues } = networkOf(spec.model, outputs, inputs)
  if (issues.length > 0) return [...issues]
  const followed = followShapes(network, inputs)
  if ('issue' in followed) return [followed.issue]
  const { shapes, masks, chain } = followed
  return [
    ...outputs.flatMap((output, index) => {
      const call = network.calls.find(({ name }) => name === network.outputs[index])!
      return checkOutput(output, form, { shape: shapes.get(call.name)!, mask: masks.get(call.name) }, call, chain)
    }),
    ...checkClassWeight(spec, outputs, network.outputs, form),
  ]
}

interface Layered {
  /** Shapes of the inputs. */
  readonly inputs: Named<Shape>
  readonly outputs: OutputNames
  /** Names of calls that must find a mask at an input. */
  readonly masked: readonly string[]
}

/** Returns the problems of a model without data. */
export function checkLayers(model: NetworkSpec, { inputs, outputs, masked }: Layered): readonly ModelIssue[] {
  const { network, issues } = networkOf(model, outputs, inputs)
  if (issues.length > 0) return issues
  const followed = followShapes(network, inputs)
  if ('issue' in followed) return [followed.issue]
  return network.calls
    .filter(({ name, inputs }) => masked.includes(name) && !inputs.some((input) => followed.carried.has(input)))
    .map(({ pointer }) => ({ code: 'mask', pointer, message: 'has a mask that does not reach it in a spec' }))
}

interface Followed {
  /** The shape of each call and each input of the data. */
  readonly shapes: ReadonlyMap<string, Shape>
  /** Shapes of the masks that calls carry. */
  readonly carried: ReadonlyMap<string, Shape>
  /** Masks that are still there at the end. */
  readonly masks: ReadonlyMap<string, Shape>
  /** The shapes up to the end, a line each. */
  readonly chain: readonly string[]
}

/** Follows shapes and masks from the inputs to the outputs. */
function followShapes(network: Network, inputs: Named<Shape>): Followed | { readonly issue: ModelIssue } {
  const entries = Object.entries(inputs)
  const shapes = new Map(entries.map(([name, shape]) => [inputKey(name), shape]))
  const chain = entries.map(([name, shape]) => {
    const data = entries.length === 1 ? 'data' : `${name} (data)`
    return `${data.padEnd(NAME_WIDTH)} ${formatShape([null, ...shape])}`
  })
  const owners = new Map<string, { readonly given: readonly Shape[]; readonly weights: readonly Shape[] }>()
  const masks = noMasks()
  const taken = takenMasks(network)
  let [weights, steps] = [0, 0]
  for (const { name, owner, layer, inputs, pointer } of network.calls) {
    const rule = layerRule<LayerSpec>(layer)
    const given = inputs.map((input) => shapes.get(input)!)
    let shape: Shape
    try {
      checkArity(rule.arity ?? { least: 1, most: 1 }, given)
      shape = rule.outputShape(layer, given)
      shapes.set(name, shape)
      checkNumbers(shape)
      steps += rule.steps?.(layer, given) ?? 0
      if (steps > MAX_STEPS) {
        throw new ShapeProblem(
          `brings the model to ${counted(steps)} steps of recurrent layers, must be at most ${counted(MAX_STEPS)}`,
        )
      }
      followMask({ name, layer, inputs }, shapes, masks, taken.before.get(name)!)
      checkActivity(layer, shape)
      const requests = rule.weights?.(layer, given) ?? []
      const own = requests.map((weight) => weight.shape)
      const known = owners.get(owner)
      if (known && String(known.weights) !== String(own)) {
        throw new ShapeProblem(
          `has input ${formatAll(given)}, but "${owner}", whose weights it shares, has input ${formatAll(known.given)}`,
        )
      }
      if (!known) {
        owners.set(owner, { given, weights: own })
        requests.forEach(checkWeight)
        weights += own.reduce((sum, one) => sum + sizeOf(one), 0)
      }
    } catch (error) {
      if (!(error instanceof ShapeProblem)) throw error
      const message = `${layer.type} "${name}" ${error.message}`
      const details = ['shapes up to this layer:', ...chain.map((line) => `  ${line}`)]
      return { issue: { code: 'shape', pointer, message, details } }
    }
    chain.push(`${`${name} (${layer.type})`.padEnd(NAME_WIDTH)} ${formatShape([null, ...shape])}`)
    if (weights > MAX_WEIGHTS) {
      const message = `${layer.type} "${name}" brings the model to ${counted(weights)} weights, must be at most ${counted(MAX_WEIGHTS)}`
      return { issue: { code: 'size', pointer, message } }
    }
  }
  const kept = [...masks.carried].filter(([name]) => !taken.atEnd.has(name))
  return { shapes, carried: masks.carried, masks: new Map(kept), chain }
}

/** Column in which shapes begin in a list of layers. */
const NAME_WIDTH = 24

const formatAll = (shapes: readonly Shape[]): string =>
  shapes.map((shape) => formatShape([null, ...shape])).join(' and ')

const counted = (count: number): string => count.toLocaleString('en')

function checkNumbers(shape: Shape): void {
  const numbers = sizeOf(shape)
  if (numbers <= MAX_NUMBERS) return
  throw new ShapeProblem(
    `gives ${formatShape([null, ...shape])}, ${counted(numbers)} numbers for each sample, must be at most ${counted(MAX_NUMBERS)}`,
  )
}

function checkArity({ least, most }: { least: number; most: number }, given: readonly Shape[]): void {
  if (given.length >= least && given.length <= most) return
  const wanted =
    least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`
  throw new ShapeProblem(
    `has ${given.length} ${given.length === 1 ? 'input' : 'inputs'}, ${formatAll(given)}, must have ${wanted}`,
  )
}

/** Checks that the loss and every metric can compare the target with this output, and can be computed for it. */
function checkOutput(
  spec: OutputSpec,
  data: DataForm,
  { shape: output, mask }: { readonly shape: Shape; readonly mask: Shape | undefined },
  { name, pointer: layer }: Call,
  chain: readonly string[],
): ModelIssue[] {
  const details = ['shapes of the model:', ...chain.map((line) => `  ${line}`)]
  const found = findTarget(spec.target, spec.name ?? name, data)
  if ('problem' in found) {
    return [{ code: 'target', pointer: `${spec.pointer}/target`, message: found.problem, nearest: found.nearest }]
  }
  const { target } = found
  const loss = lossFor(spec.loss, output, target.kind)
  const wanted = [
    {
      user: `loss ${spec.loss.type}`,
      at: layer,
      own: `${spec.pointer}/loss`,
      target: loss.target,
      problem: loss.problem,
      values: loss.ofBatch ? undefined : (loss.shape ?? output.slice(0, -1)),
    },
    ...spec.metrics.map((one, index) => {
      const metric = metricFor(one, output, target.kind)
      const at = `${spec.pointer}/metrics/${index}`
      return { user: `metric ${one.type}`, at, own: at, ...metric, values: metric.masked && output.slice(0, -1) }
    }),
  ]
  const ends = `${spec.name === null ? 'the model ends' : `output "${name}" ends`} in ${formatShape([null, ...output])}, but`
  const misfits = wanted.flatMap(({ user, at, own, target: wanted, problem, values }): ModelIssue[] => {
    if (targetForm(wanted, output, target) === null) {
      return [
        {
          code: 'shape',
          pointer: at,
          message: `${ends} ${user} needs ${formsOf(wanted, found, spec.target, data)}`,
          details,
        },
      ]
    }
    const why = problem ?? (mask && values && maskProblem(mask, values))
    return why === undefined ? [] : [{ code: 'shape', pointer: own, message: `${ends} ${user} ${why}`, details }]
  })
  return [...checkGroups(spec, found.field.classes ?? 0, data.name), ...misfits.slice(0, 1)]
}

/** Explains why a mask cannot select values of a sample, or returns undefined if it can. */
function maskProblem(mask: Shape, values: Shape): string | undefined {
  const long = mask.length < values.length ? values : mask
  const isAlike = long.every((length, axis) => [mask, values].every((one) => (one[axis] ?? length) === length))
  const isOneMore = long.length === Math.min(mask.length, values.length) + 1 && long.at(-1) === 1
  if (isAlike && (mask.length === values.length || isOneMore)) return undefined
  const [found, wanted] = [mask, values].map((shape) => formatShape([null, ...shape]))
  return `needs a mask that fits values of shape ${wanted}, found one of shape ${found}; a Reshape layer removes it`
}

/** Describes the output shapes that fit a target. */
function formsOf(wanted: WantedTarget, { target, field }: FoundTarget, spec: TargetSpec, data: DataForm): string {
  if (target.kind === 'sequence') {
    if (wanted !== 'class_sequence') return 'a class or numbers as the target, not a sequence of classes'
    const { classes, steps } = target
    return `(None, n, ${classes}), n at least ${steps}, for sequences of the ${classes - 1} classes of ${data.name} and for the blank`
  }
  if (wanted === 'class_sequence') {
    const found = target.kind === 'labels' ? 'a class' : spec.type === 'input' ? 'the input' : numbers(field.shape)
    return `a sequence of classes as the target, not ${found}; "type": "sequence" makes one of a column`
  }
  if (target.kind === 'values') {
    const ofInput = spec.type === 'input'
    if (!takesNumbers(wanted, target)) {
      if (ofInput) return 'class labels as the target, not the input'
      if (field.values === 'probability') return `a class as the target, but ${MIXED}; write the name without "sparse_"`
      return `a class as the target, not ${numbers(field.shape)}`
    }
    return ofInput
      ? `${target.size} elements, as many as a sample has, such as ${formatShape([null, ...field.shape])}`
      : `${formatShape([null, ...inputShape(field)])}, because the target is ${numbers(field.shape)}`
  }
  const { classes, shape } = target
  const ofEach = formatShape([null, ...shape, classes])
  const forms =
    wanted === 'class_of_vector'
      ? '(None, n)'
      : wanted === 'fitting'
        ? `${ofEach} or ${formatShape([null, ...shape, 1])}`
        : ofEach
  return `${forms} for the ${classes} classes of ${data.name}`
}

const numbers = (shape: Shape): string =>
  shape.length === 0
    ? 'a number'
    : shape.length === 1
      ? `${shape[0]} numbers`
      : `numbers of shape ${formatShape(shape)}`

/** Checks that groups of labels name only classes of the data, and every one of them. */
function checkGroups({ target, pointer }: OutputSpec, classes: number, name: string): ModelIssue[] {
  if (target.type !== 'grouped_label') return []
  const at = `${pointer}/target/groups`
  const missing = Array.from({ length: classes }, (_, one) => one).filter((one) => !target.groups.flat().includes(one))
  return [
    ...target.groups.flatMap((group, index) =>
      group.flatMap((one, place) =>
        one < classes
          ? []
          : [
              {
                code: 'range',
                pointer: `${at}/${index}/${place}`,
                message: `found class ${one}, but ${name} has ${classes} classes, numbered from 0`,
              },
            ],
      ),
    ),
    ...(missing.length === 0
      ? []
      : [
          {
            code: 'missing-class',
            pointer: at,
            message: `found no group for ${missing.length === 1 ? 'class' : 'classes'} ${missing.join(', ')} of ${name}`,
          },
        ]),
  ]
}

/** Targets that are probabilities come about in no other way. */
const MIXED = 'layers in "augment" mix the classes of samples'

/** Class weights are for a model with one output. */
function checkClassWeight(
  { fit }: SupervisedSpec,
  [output]: readonly OutputSpec[],
  [layer]: readonly string[],
  form: DataForm,
): ModelIssue[] {
  if (fit.class_weight === null) return []
  const found = findTarget(output!.target, output!.name ?? layer!, form)
  if ('problem' in found) return []
  const { target } = found
  const pointer = '/fit/class_weight'
  if (target.kind === 'values') {
    const why = found.field.values === 'probability' ? MIXED : 'the target is not a class'
    return [{ code: 'target', pointer, message: `found weights of classes, but ${why}` }]
  }
  if (target.kind === 'sequence') {
    const message = 'found weights of classes, but the target is a sequence of classes'
    return [{ code: 'target', pointer, message }]
  }
  if (target.shape.length > 0) {
    const message = `found weights of classes, but the target has ${sizeOf(target.shape)} classes in each sample`
    return [{ code: 'target', pointer, message }]
  }
  if (fit.class_weight === 'balanced') return []
  return Object.keys(fit.class_weight)
    .filter((index) => Number(index) >= target.classes)
    .map((index) => ({
      code: 'range',
      pointer: `${pointer}/${index}`,
      message: `found class ${index}, but ${form.name} has ${target.classes} classes, numbered from 0`,
    }))
}
