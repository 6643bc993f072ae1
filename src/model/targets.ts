/** Targets of outputs, in the forms that losses and metrics take. */
import * as tf from '@tensorflow/tfjs-core'
import type { Field } from '../base/field.js'
import { type DataForm, soleInput, soleInputKey, targetKey } from '../base/form.js'
import { nearest } from '../base/nearest.js'
import { type Shape, sizeOf } from '../base/shape.js'
import type { TargetSpec } from '../spec/outputs.js'

/**
 * The target of an output: a class label for each place of a shape, `[]` for one; a sequence of classes, which needs this
 * many steps of an output at most; or a number for each element of the output.
 */
export type Target =
  | { readonly kind: 'labels'; readonly classes: number; readonly shape: Shape }
  | { readonly kind: 'sequence'; readonly classes: number; readonly steps: number }
  | { readonly kind: 'values'; readonly size: number }

/** A target, and the field of the data that it comes from. */
export interface FoundTarget {
  /** Key of the field among the arrays of a batch. */
  readonly key: string
  readonly field: Field
  readonly target: Target
  /** The group of each class, for a target that is a group of classes. */
  readonly groups: readonly number[] | null
}

/** The reason why an output has no target. */
export interface TargetProblem {
  readonly problem: string
  readonly nearest?: string | undefined
}

/** Finds the target of an output, which the layer of this name gives. */
export function findTarget(spec: TargetSpec, layer: string, form: DataForm): FoundTarget | TargetProblem {
  if (spec.type === 'input') return inputTarget(form)
  const name = spec.type === 'field' ? spec.name : nameFor(layer, form)
  const field = name !== undefined && Object.hasOwn(form.targets, name) ? form.targets[name] : undefined
  if (name === undefined || !field) return problemOf(spec, layer, form)
  const key = targetKey(name)
  const { classes, sequenceSteps } = field
  if (sequenceSteps !== undefined && field.shape.length > 1) {
    return { problem: `target "${name}" has several sequences of classes in each sample, must have one` }
  }
  if (spec.type !== 'grouped_label') return { key, field, target: fieldTarget(field), groups: null }
  if (classes === undefined || sequenceSteps !== undefined)
    return { problem: `found grouped_label, but target "${name}" is not a class` }
  const groups = Array.from({ length: classes }, (_, one) => spec.groups.findIndex((of) => of.includes(one)))
  return { key, field, target: { kind: 'labels', classes: spec.groups.length, shape: field.shape }, groups }
}

/** The same for a spec that `checkModel` has found right. */
export function targetOf(spec: TargetSpec, layer: string, form: DataForm): FoundTarget {
  const found = findTarget(spec, layer, form)
  if ('problem' in found) throw new Error(`internal: ${found.problem}`)
  return found
}

/** The only target, or the one with the name of the layer. */
function nameFor(layer: string, { targets }: DataForm): string | undefined {
  const names = Object.keys(targets)
  return names.length === 1 ? names[0] : names.find((name) => name === layer)
}

function fieldTarget(field: Field): Target {
  const { classes, shape, sequenceSteps: steps } = field
  if (classes === undefined) return valuesOf(field)
  return steps === undefined ? { kind: 'labels', classes, shape } : { kind: 'sequence', classes, steps }
}

const valuesOf = ({ shape }: Field): Target => ({ kind: 'values', size: sizeOf(shape) })

function inputTarget(form: DataForm): FoundTarget | TargetProblem {
  const count = Object.keys(form.inputs).length
  if (count > 1) return { problem: `found input, but the data have ${count} inputs, must have one for that` }
  const field = soleInput(form)
  return { key: soleInputKey(form), field, target: valuesOf(field), groups: null }
}

/** Types of targets, which a name may be meant to be. */
const TYPES: readonly TargetSpec['type'][] = ['label', 'input']

function problemOf(spec: TargetSpec, layer: string, { name: data, targets }: DataForm): TargetProblem {
  const names = Object.keys(targets)
  const all = names.map((name) => `"${name}"`).join(', ')
  if (names.length === 0) return { problem: `found ${spec.type}, but ${data} has no target` }
  if (spec.type !== 'field') {
    return { problem: `output "${layer}" has no target: ${data} has ${names.length}, ${all}; "target" must name one` }
  }
  return {
    problem: `found "${spec.name}", which is not a target of ${data}; ${names.length === 1 ? 'its only target is' : 'its targets are'} ${all}`,
    nearest: nearest(spec.name, [...names, ...TYPES]),
  }
}

/** Target of a batch, from the array of its key: labels (batch, ...), int32, or numbers (batch, ...). */
export const targetTensor = ({ groups }: FoundTarget, given: tf.Tensor): tf.Tensor =>
  groups ? tf.gather(tf.tensor1d([...groups], 'int32'), given as tf.Tensor1D) : given

/**
 * `one_hot`: (batch, ..., classes). `class_index`: (batch, ...), int32. `class_sequence`: (batch, length), int32, filled
 * up with 0. `column`: (batch, ..., 1), the class index as a
 * float. `class_values`: the same without the last axis. `values`: the shape of the output.
 */
export type TargetForm = 'one_hot' | 'class_index' | 'class_sequence' | 'column' | 'class_values' | 'values'

/**
 * The target that a loss or a metric takes. `fitting`: any that can be compared element by element with the output.
 * `class_of_vector`: class indices, for an output that is a vector of any size, not one number per class.
 * `class_sequence`: a sequence of classes, for an output of steps with one number per class.
 */
export type WantedTarget = 'one_hot' | 'class_index' | 'fitting' | 'class_of_vector' | 'class_sequence'

/** The form in which a target suits this output; null if there is none. */
export function targetForm(wanted: WantedTarget, output: Shape, target: Target): TargetForm | null {
  if (target.kind === 'values') return takesNumbers(wanted, target) && isAlike(output, target) ? 'values' : null
  if (target.kind === 'sequence') return wanted === 'class_sequence' && takesSteps(output, target) ? wanted : null
  if (wanted === 'class_sequence') return null
  if (wanted === 'fitting') return fittingForm(output, target)
  if (wanted === 'class_of_vector') return output.length === 1 && target.shape.length === 0 ? 'class_index' : null
  return isSame(output, [...target.shape, target.classes]) ? wanted : null
}

const takesSteps = ([steps, classes, ...more]: Shape, target: { readonly classes: number; readonly steps: number }) =>
  more.length === 0 && classes === target.classes && steps! >= target.steps

const isSame = (one: Shape, other: Shape): boolean =>
  one.length === other.length && one.every((size, axis) => size === other[axis])

/** True if numbers of this shape can be such a target. One number is not one of several classes. */
export const takesNumbers = (wanted: WantedTarget, { size }: { readonly size: number }): boolean =>
  wanted === 'fitting' || (wanted === 'one_hot' && size > 1)

const isAlike = (output: Shape, { size }: { readonly size: number }): boolean => sizeOf(output) === size

/** The form in which labels can be compared element by element with an output; null if there is none. */
export function fittingForm(
  output: Shape,
  { shape, classes }: { readonly shape: Shape; readonly classes: number },
): TargetForm | null {
  if (isSame(output, [...shape, classes])) return 'one_hot'
  if (isSame(output, [...shape, 1])) return 'column'
  return shape.length > 0 && isSame(output, shape) ? 'class_values' : null
}

/** Converts labels or values to this form. */
export function encodeTarget(given: tf.Tensor, form: TargetForm, output: Shape, target: Target): tf.Tensor {
  switch (form) {
    case 'one_hot':
      return tf.oneHot(given as tf.Tensor1D, target.kind === 'labels' ? target.classes : 0, 1, 0, 'float32')
    case 'column':
      return tf.cast(tf.expandDims(given, -1), 'float32')
    case 'class_values':
      return tf.cast(given, 'float32')
    case 'values':
      return tf.reshape(given, [given.shape[0]!, ...output])
    case 'class_index':
    case 'class_sequence':
      return given
  }
}
