/** The answers of a trained model: classes by name and their probabilities, or numbers, as columns of a table. */
import type { Named } from '../base/field.js'
import { type Shape, sizeOf } from '../base/shape.js'
import { targetColumns } from '../data/own/columns.js'
import { type FoundTarget, findTarget } from '../model/targets.js'
import type { Squashing } from '../program/predict.js'
import { type OutputSpec, outputsOf } from '../spec/outputs.js'
import { isSupervised } from '../spec/spec.js'
import type { TrainedModel } from './open-model.js'

/** One output of a model. */
export interface AnswerForm {
  /** Name of the output: that of its target if it has one, else that of its layer. */
  readonly name: string
  /** Name of the layer. */
  readonly layer: string
  /** Shape of a row. */
  readonly shape: Shape
  /** Makes probabilities of logits. */
  readonly squashing: Squashing
  /** How a row is read; null for numbers that are only written. */
  readonly classes: ClassReading | null
  /** Names of the columns of numbers, one for each value of a row. */
  readonly columns: readonly string[]
}

export interface ClassReading {
  /** Name of the column with the name of the class, or of all classes. */
  readonly column: string
  readonly names: readonly string[]
  /** The text between the names of several classes; null if a row has one class. */
  readonly separator: string | null
  /** For an output of one number: the least one that means the second class. */
  readonly threshold: number | null
  /** True if a row is a sequence, of steps with a probability of each class and, before them, of none. */
  readonly isSequence?: boolean
}

/** Columns of a table that a row of answers has at most. */
export const MOST_ANSWERS = 10_000

/** The outputs of a network, in their order. */
export function answersOf({ spec, form, network }: TrainedModel): readonly AnswerForm[] {
  if (!network || !isSupervised(spec)) throw new Error('internal: no network')
  return outputsOf(spec).map((output, index) => {
    const { name: layer, shape } = network.outputs[index]!
    const found = findTarget(output.target, layer, form)
    const target = 'problem' in found ? null : found
    return answerOf({ output, layer, shape, target, spec })
  })
}

interface Output {
  readonly output: OutputSpec
  readonly layer: string
  readonly shape: Shape
  readonly target: FoundTarget | null
  readonly spec: TrainedModel['spec']
}

function answerOf({ output, layer, shape, target, spec }: Output): AnswerForm {
  const isInput = output.target.type === 'input'
  const name = target && !isInput ? target.key.slice(target.key.indexOf(':') + 1) : layer
  const squashing = squashingOf(output, shape, target)
  const size = sizeOf(shape)
  const plain = { name, layer, shape, squashing, classes: null, columns: numbered(`predicted_${name}`, shape) }
  if (!target || isInput) return plain
  const written = 'source' in spec.data ? targetColumns(spec.data)[name] : undefined
  const column = `predicted_${name}`
  const named = (names: readonly string[]) => names.map((one) => `${name}=${one}`)
  if (target.target.kind === 'values') {
    const names = written?.class_names ?? written?.columns
    if (written?.type === 'multi_hot' && names?.length === size) {
      const classes = { column, names, separator: written.separator ?? ' ', threshold: 0.5 }
      return { ...plain, classes, columns: named(names) }
    }
    return written?.columns?.length === size
      ? { ...plain, columns: written.columns.map((one) => `predicted_${one}`) }
      : plain
  }
  if (target.target.kind === 'sequence') {
    const names = namesOf(target.target.classes - 1, written?.class_names, null)
    const classes = { column, names, separator: written?.separator ?? '', threshold: null, isSequence: true }
    return { ...plain, classes, columns: [] }
  }
  const { classes: count } = target.target
  const names = namesOf(count, written?.class_names, target.groups)
  // one class for each place of a picture or step of a series: their probabilities are for programs
  if (target.target.shape.length > 0) return plain
  if (size === count) {
    return { ...plain, classes: { column, names, separator: null, threshold: null }, columns: named(names) }
  }
  if (size !== 1 || count !== 2) return plain
  const isScore = output.loss.type === 'hinge' || output.loss.type === 'squared_hinge'
  const classes = { column, names, separator: null, threshold: isScore ? 0 : 0.5 }
  return { ...plain, classes, columns: isScore ? [`${name}_score`] : [`${name}=${names[1]}`] }
}

/** The names of classes as the data have them; else their numbers. */
const namesOf = (count: number, given: readonly string[] | undefined, groups: readonly number[] | null) =>
  given && !groups ? given : Array.from({ length: count }, (_, index) => String(index))

/** The answer of a model that gives the probability of each class of the target of this name. */
export function classAnswer(name: string, classes: number, { data }: TrainedModel['spec']): AnswerForm {
  const written = 'source' in data ? targetColumns(data)[name] : undefined
  const names = namesOf(classes, written?.class_names, null)
  return {
    ...{ name, layer: name, shape: [classes], squashing: null },
    classes: { column: `predicted_${name}`, names, separator: null, threshold: null },
    columns: names.map((one) => `${name}=${one}`),
  }
}

/** A column for each value: `name`, or `name[0]`, `name[1,2]`. */
export function numbered(name: string, shape: Shape): string[] {
  const size = sizeOf(shape)
  if (size === 1) return [name]
  if (size > MOST_ANSWERS) return []
  return Array.from({ length: size }, (_, index) => {
    let [rest, places] = [index, [] as number[]]
    for (const length of shape.toReversed()) {
      places = [rest % length, ...places]
      rest = Math.floor(rest / length)
    }
    return `${name}[${places.join(',')}]`
  })
}

/** Losses that take logits compare probabilities; these are the answers. */
function squashingOf({ loss }: OutputSpec, shape: Shape, target: FoundTarget | null): Squashing {
  if (loss.type === 'ctc') return 'softmax'
  if (!('from_logits' in loss) || !loss.from_logits) return null
  const isOne = sizeOf(shape) === 1 || target?.target.kind === 'values'
  return loss.type.startsWith('binary') || isOne ? 'sigmoid' : 'softmax'
}

/** The name of the class of a row, or the names of its classes. */
export function classIn(
  { names, separator, threshold, isSequence }: ClassReading,
  values: Float32Array,
  from: number,
  width: number,
): string {
  if (isSequence) return sequenceIn(names, values.subarray(from, from + width)).join(separator!)
  if (separator !== null) return names.filter((_, at) => values[from + at]! >= threshold!).join(separator)
  if (threshold !== null) return names[values[from]! > threshold ? 1 : 0]!
  let best = 0
  for (let at = 1; at < width; at++) if (values[from + at]! > values[from + best]!) best = at
  return names[best]!
}

/**
 * The names of the best path: the most probable class of each step, without repetitions and then without those of no
 * class (Graves et al., 2006; keras/src/ops/nn.py, `ctc_decode`, `greedy`).
 */
function sequenceIn(names: readonly string[], values: Float32Array): string[] {
  const width = names.length + 1
  const found: string[] = []
  let before = 0
  for (let from = 0; from < values.length; from += width) {
    let best = 0
    for (let at = 1; at < width; at++) if (values[from + at]! > values[from + best]!) best = at
    if (best !== before && best > 0) found.push(names[best - 1]!)
    before = best
  }
  return found
}

/** Outputs of one piece of rows by the name of the answer, row by row. */
export type AnswerValues = Named<Float32Array>
