/** Targets of outputs, in the forms that losses and metrics take. */
import * as tf from '@tensorflow/tfjs-core'
import { classesOf, type DataForm, soleInput } from '../base/form.js'
import { type Shape, sizeOf } from '../base/shape.js'
import type { TargetSpec } from '../spec/outputs.js'

/** The target of an output: class labels, or a number for each of its elements. */
export type Target =
  | { readonly kind: 'labels'; readonly classes: number }
  | { readonly kind: 'values'; readonly size: number }

export function targetOf(spec: TargetSpec, form: DataForm): Target {
  switch (spec.type) {
    case 'label':
      return { kind: 'labels', classes: classesOf(form) }
    case 'grouped_label':
      return { kind: 'labels', classes: spec.groups.length }
    case 'input':
      return { kind: 'values', size: sizeOf(soleInput(form).shape) }
  }
}

/** Target of a batch, from its samples (batch, ...) and its labels (batch), int32. */
export function targetTensor(spec: TargetSpec, x: tf.Tensor, labels: tf.Tensor, form: DataForm): tf.Tensor {
  switch (spec.type) {
    case 'label':
      return labels
    case 'grouped_label': {
      const group = Array.from({ length: classesOf(form) }, (_, one) => spec.groups.findIndex((of) => of.includes(one)))
      return tf.gather(tf.tensor1d(group, 'int32'), labels as tf.Tensor1D)
    }
    case 'input':
      return x
  }
}

/**
 * `one_hot`: (batch, classes). `class_index`: (batch), int32. `column`: (batch, 1), the class index as a float.
 * `values`: the shape of the output.
 */
export type TargetForm = 'one_hot' | 'class_index' | 'column' | 'values'

/**
 * The target that a loss or a metric takes. `fitting`: any that can be compared element by element with the output.
 * `class_of_vector`: class indices, for an output that is a vector of any size, not one number per class.
 */
export type WantedTarget = 'one_hot' | 'class_index' | 'fitting' | 'class_of_vector'

/** The form in which a target suits this output; null if there is none. */
export function targetForm(wanted: WantedTarget, output: Shape, target: Target): TargetForm | null {
  if (target.kind === 'values') {
    return (wanted === 'fitting' || wanted === 'one_hot') && sizeOf(output) === target.size ? 'values' : null
  }
  if (wanted === 'fitting') return fittingForm(output, target.classes)
  if (output.length !== 1) return null
  if (wanted === 'class_of_vector') return 'class_index'
  return output[0] === target.classes ? wanted : null
}

/** The form in which labels can be compared element by element with an output; null if there is none. */
export function fittingForm(output: Shape, classes: number): TargetForm | null {
  if (output.length !== 1) return null
  if (output[0] === classes) return 'one_hot'
  return output[0] === 1 ? 'column' : null
}

/** Converts labels or values to this form. */
export function encodeTarget(given: tf.Tensor, form: TargetForm, output: Shape, target: Target): tf.Tensor {
  switch (form) {
    case 'one_hot':
      return tf.oneHot(given as tf.Tensor1D, target.kind === 'labels' ? target.classes : 0, 1, 0, 'float32')
    case 'column':
      return tf.cast(tf.expandDims(given, -1), 'float32')
    case 'values':
      return tf.reshape(given, [given.shape[0]!, ...output])
    case 'class_index':
      return given
  }
}
