/** Warns of models and losses that are allowed but hardly meant. */
import { type DataForm, inputShapes } from '../base/form.js'
import type { Shape } from '../base/shape.js'
import type { OutputSpec } from '../spec/outputs.js'
import type { LayerSpec, LossSpec, SupervisedSpec } from '../spec/spec.js'
import type { ModelIssue } from './issue.js'
import { rangeOf } from './layers/apply.js'
import type { Range } from './layers/range.js'
import { layerRule } from './layers/registry.js'
import { LOSS_FUNCTIONS, lossFor } from './losses.js'
import { buildModel, learns, type Model } from './model.js'
import type { ModelStage } from './model-stage.js'

/** Warnings for a spec without problems (`checkModel`), in the order of its layers, then of its outputs. */
export function modelWarnings(spec: SupervisedSpec, form: DataForm, outputs: readonly OutputSpec[]): ModelIssue[] {
  const model = buildModel(spec.model, inputShapes(form), spec.seed, outputs)
  const ranges = rangesOf(model.stages)
  const doubtful = outputs.flatMap((output, index) => {
    const { name, shape } = model.outputs[index]!
    return doubtfulProbabilities(output, shape, { name, range: ranges.get(name)! })
  })
  return [...model.stages.flatMap(softmaxOfOne), ...doubtful, ...untrained(model)]
}

/** Code of the warning that no weight learns. */
export const NOTHING_TRAINED = 'nothing-trained'

/**
 * Same cases as in Keras on TensorFlow (keras/src/optimizers/base_optimizer.py, `_filter_empty_gradients`;
 * backend/tensorflow/trainer.py).
 */
function untrained({ weights, stages }: Model): ModelIssue[] {
  const unreached = weights.filter(({ trainable, unreached }) => trainable && unreached).map(({ name }) => name)
  const reason =
    unreached.length === 0 ? 'no layer is trainable' : `no gradient of the loss reaches ${listed(unreached)}`
  if (!weights.some(learns)) {
    const message = `nothing is trained, so each epoch only evaluates: ${weights.length === 0 ? 'the model has no weights' : reason}`
    return [{ code: NOTHING_TRAINED, pointer: '/model', message }]
  }
  if (unreached.length === 0) return []
  const { pointer } = stages.find((stage) => Object.values(stage.weights).includes(unreached[0]!))!
  const stay = unreached.length === 1 ? 'it stays as it is' : 'they stay as they are'
  return [{ code: 'no-gradient', pointer, message: `${reason}: ${stay}` }]
}

const listed = (names: readonly string[]): string =>
  names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** Keras warns of this too (keras/src/ops/nn.py, `softmax`). */
function softmaxOfOne({ layer, name, owner, pointer, inputShapes, outputShape }: ModelStage): ModelIssue[] {
  const rule = layerRule<LayerSpec>(layer)
  if (name !== owner || rule.activation?.(layer, [], inputShapes) !== 'softmax' || outputShape.at(-1) !== 1) return []
  const message = `${layer.type} "${name}" applies softmax to a single unit, which always gives 1; "sigmoid" gives one probability`
  return [{ code: 'softmax-of-one', pointer, message }]
}

/** Range of each layer's output, by its name. */
function rangesOf(stages: readonly ModelStage[]): ReadonlyMap<string, Range> {
  const ranges = new Map<string, Range>()
  for (const { name, layer, inputs, inputShapes } of stages) {
    const given = inputs.map((input) => ranges.get(input) ?? 'unknown')
    ranges.set(name, rangeOf(layerRule<LayerSpec>(layer), layer, given, inputShapes))
  }
  return ranges
}

/**
 * Warns if a loss takes logits but gets probabilities (as Keras: keras/src/backend/tensorflow/nn.py, `_get_logits`), or
 * the reverse.
 */
function doubtfulProbabilities(
  { pointer, loss, metrics }: OutputSpec,
  shape: Shape,
  made: { readonly name: string; readonly range: Range },
): ModelIssue[] {
  const measures = [
    { what: 'loss', spec: loss, at: `${pointer}/loss` },
    ...metrics.flatMap((spec, index) =>
      spec.type in LOSS_FUNCTIONS
        ? [{ what: 'metric', spec: spec as LossSpec, at: `${pointer}/metrics/${index}` }]
        : [],
    ),
  ]
  return measures.flatMap(({ what, spec, at }) => {
    const { takes } = lossFor(spec, shape)
    if (!takes) return []
    const { fromLogits, by, divides } = takes
    const subject = `${what} ${spec.type}`
    if (fromLogits && made.range === 'unit') {
      const message = `${subject} takes logits (from_logits: true), but "${made.name}" gives numbers from 0 to 1, which are probabilities, not logits`
      return [{ code: 'logits-are-probabilities', pointer: `${at}/from_logits`, message }]
    }
    const isRight = made.range === 'unit' || made.range === 'unknown' || (divides && made.range === 'positive')
    if (fromLogits || isRight) return []
    const remedy =
      'from_logits' in spec ? `; make them with "${by}", or set from_logits: true` : `; make them with "${by}"`
    const message = `${subject} takes probabilities, but "${made.name}" can give numbers below 0 or above 1${remedy}`
    return [{ code: 'not-probabilities', pointer: at, message }]
  })
}
