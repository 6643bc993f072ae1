/** Checks an RBM against its data before anything is built: shapes and sizes. */
import { epochLengths } from '../../base/epoch.js'
import { classesOf, type DataForm, inputShape, soleInput } from '../../base/form.js'
import { formatShape, sizeOf } from '../../base/shape.js'
import type { TrainingSpec } from '../../spec/rbm.js'
import type { UnsupervisedSpec } from '../../spec/spec.js'
import { MAX_WEIGHTS } from '../check-model.js'
import type { ModelIssue } from '../issue.js'
import { checkWeight, ShapeProblem } from '../layers/layer.js'
import { MOST_IN_STEP } from './enumeration.js'
import { parameterCount, requestsOf } from './rbm.js'
import { inverseTemperatures } from './tempering.js'
import { visibleRule } from './units.js'

/** Most units of all chains together; a step has several arrays of this size. */
const MAX_CHAIN_UNITS = 100e6
/** Most hidden inputs that exact pseudo-likelihood computes for a batch. */
const MAX_FLIPPED_INPUTS = 5e6

/** Returns every problem of fitting an RBM to the data, or an empty list. */
export function checkRbm({ model, training, metrics, fit }: UnsupervisedSpec, form: DataForm): ModelIssue[] {
  const { name, rows } = form
  const unfit = dataIssues(training, form)
  if (unfit.length > 0) return unfit
  const { values } = soleInput(form)
  const sampleShape = inputShape(soleInput(form))
  const visible = sizeOf(sampleShape)
  if (sampleShape.length !== 1) {
    const message = `samples of ${name} are ${formatShape([null, ...sampleShape])}, but an RBM takes vectors; set "flatten": true to make them ${formatShape([null, visible])}`
    return [{ code: 'shape', pointer: '/data', message }]
  }
  const { hidden_units: hidden } = model
  const issues: ModelIssue[] = []
  if (model.visible.type === 'bernoulli' && (values === 'grey' || values === 'real')) {
    const found = values === 'grey' ? 'between 0 and 1' : 'any numbers'
    const way =
      values === 'grey'
        ? 'set "binarize" in "data" to "sample" or "threshold", or to "probability" to use them as they are'
        : 'without "standardize", "binarize" in "data" may make them so'
    const message = `values of ${name} are ${found}, but Bernoulli units are 0 or 1; ${way}`
    issues.push({ code: 'values', pointer: '/data', message })
  }
  const requests = requestsOf(model, visible, () => [])
  for (const request of requests) {
    try {
      checkWeight(request)
    } catch (error) {
      if (!(error instanceof ShapeProblem)) throw error
      issues.push({ code: 'shape', pointer: '/model', message: `RBM ${error.message}` })
    }
  }
  const weights =
    parameterCount(requests) + (training.algorithm === 'cd' && training.labels ? classesOf(form) * (hidden + 1) : 0)
  if (weights > MAX_WEIGHTS) {
    const message = `${counted(hidden)} hidden units bring the model to ${counted(weights)} weights, must be at most ${counted(MAX_WEIGHTS)}`
    issues.push({ code: 'size', pointer: '/model/hidden_units', message })
  }
  const { batchSize } = epochLengths(rows.train, fit.batch_size)
  const chains = chainsOf(training, batchSize)
  const most = Math.floor(MAX_CHAIN_UNITS / (visible + hidden))
  if (chains > most) {
    const message = `found ${counted(chains)} chains of ${counted(visible + hidden)} units, which do not fit into memory; must be at most ${counted(most)}${training.algorithm === 'parallel_tempering' ? ' over all temperatures' : ''}`
    issues.push({ code: 'size', pointer: '/training/chains', message })
  }
  if (training.algorithm === 'exact') {
    const { isBinary } = visibleRule(model)
    if ((isBinary ? Math.min(visible, hidden) : hidden) > MOST_IN_STEP) {
      const side = isBinary ? 'one side' : 'the hidden side'
      const message = `found "exact" with ${visible} visible and ${hidden} hidden units; ${side} must have at most ${MOST_IN_STEP}, because every state of it is computed; "cd" and "pcd" take any size`
      issues.push({ code: 'size', pointer: '/training/algorithm', message })
    }
  }
  for (const [index, metric] of metrics.entries()) {
    if (metric.type !== 'pseudo_likelihood' || !metric.exact) continue
    const inputs = batchSize * visible * hidden
    if (inputs <= MAX_FLIPPED_INPUTS) continue
    const message = `found "exact", which flips each of ${counted(visible)} visible units in each sample of a batch and so computes ${counted(inputs)} inputs of hidden units, must be at most ${counted(MAX_FLIPPED_INPUTS)}; without "exact" it flips one unit of each sample, for an estimate`
    issues.push({ code: 'size', pointer: `/metrics/${index}/exact`, message })
  }
  return issues
}

/** Problems of the fields of the data, whatever their shapes. */
function dataIssues(training: TrainingSpec, form: DataForm): ModelIssue[] {
  const inputs = Object.keys(form.inputs)
  const issues: ModelIssue[] = []
  if (inputs.length > 1) {
    const message = `an RBM has one input, but ${form.name} has ${inputs.length}: ${quoted(inputs)}; "output_mode": "concat" in "data" joins numbers to one input`
    issues.push({ code: 'inputs', pointer: '/data', message })
  }
  if (form.weights) {
    const message = 'found weights of rows, but every row counts the same for an RBM'
    issues.push({ code: 'weights', pointer: '/data/weight', message })
  }
  const problem = training.algorithm === 'cd' && training.labels ? labelsProblem(form) : undefined
  if (problem)
    issues.push({ code: 'target', pointer: '/training/labels', message: `found labels to learn, but ${problem}` })
  return issues
}

/** Explains why the data have no labels, which are their only target; undefined if they have. */
export function labelsProblem({ name, targets }: DataForm): string | undefined {
  const [first, ...others] = Object.entries(targets)
  if (!first) return `${name} has no target`
  if (others.length > 0)
    return `${name} has ${Object.keys(targets).length} targets, must have one: ${quoted(Object.keys(targets))}`
  const [target, { classes }] = first
  return classes === undefined ? `target "${target}" of ${name} is not a class` : undefined
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')

/** Number of persistent chains over all temperatures; 0 if the algorithm keeps none. */
function chainsOf(training: TrainingSpec, batchSize: number): number {
  switch (training.algorithm) {
    case 'pcd':
      return training.chains ?? batchSize
    case 'parallel_tempering':
      return (training.chains ?? batchSize) * inverseTemperatures(training.temperatures).length
    default:
      return 0
  }
}

const counted = (count: number): string => count.toLocaleString('en')
