/** Names of the classes that a trained model answers with. */
import type { Named } from '../../base/field.js'
import { classesOf } from '../../base/form.js'
import type { OnnxGraph } from '../../engine/compiled/onnx/model-writer.js'
import { answersOf } from '../answers.js'
import type { TrainedModel } from '../open-model.js'

/** Names for each output that gives classes, by the name of the output in the graph. */
export function classNamesOf(trained: TrainedModel, graph: Pick<OnnxGraph, 'outputs'>): Named<readonly string[]> {
  const { network, form } = trained
  const outputs = graph.outputs.map(({ name }) => name)
  if (network) {
    const each = answersOf(trained).flatMap(({ classes }, index) => {
      if (!classes) return []
      // class 0 of a sequence is the blank
      return [[outputs[index]!, classes.isSequence ? ['', ...classes.names] : classes.names]]
    })
    return Object.fromEntries(each)
  }
  const [labels, ...others] = outputs
  if (others.length === 0) return {}
  return { [labels!]: Array.from({ length: classesOf(form) }, (_, number) => String(number)) }
}
