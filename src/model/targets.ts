/** Class labels in the forms that losses and metrics want them in. */
import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../base/shape.js'

/** `one_hot`: (batch, classes). `class_index`: (batch), int32. `column`: (batch, 1), the class index as a number. */
export type TargetForm = 'one_hot' | 'class_index' | 'column'

/**
 * What a loss or a metric asks for. `fitting`: what can be compared element by element with the output.
 * `class_of_vector`: class indices, beside an output that is a vector of any size, not one of classes.
 */
export type WantedTarget = 'one_hot' | 'class_index' | 'fitting' | 'class_of_vector'

/** The form that labels take for a model with this output; null where none fits. */
export function targetForm(wanted: WantedTarget, output: Shape, classes: number): TargetForm | null {
  if (wanted === 'fitting') return fittingForm(output, classes)
  if (output.length !== 1) return null
  if (wanted === 'class_of_vector') return 'class_index'
  return output[0] === classes ? wanted : null
}

/** The form in which a label can be compared element by element with a model's output; null where none fits. */
export function fittingForm(output: Shape, classes: number): TargetForm | null {
  if (output.length !== 1) return null
  if (output[0] === classes) return 'one_hot'
  return output[0] === 1 ? 'column' : null
}

/** Labels (batch), int32, in the form asked for. */
export function encodeTarget(labels: tf.Tensor, form: TargetForm, classes: number): tf.Tensor {
  switch (form) {
    case 'one_hot':
      return tf.oneHot(labels as tf.Tensor1D, classes, 1, 0, 'float32')
    case 'column':
      return tf.cast(tf.expandDims(labels, -1), 'float32')
    case 'class_index':
      return labels
  }
}
