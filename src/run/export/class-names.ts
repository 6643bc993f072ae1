/** Names of the classes that a trained model answers with. */
import type { Named } from '../../base/field.js'
import { classesOf } from '../../base/form.js'
import { answersOf } from '../answers.js'
import type { TrainedModel } from '../open-model.js'

/** Names for each output that gives classes, by the name of the output in the file; `outputs` has all of these. */
export function classNamesOf(trained: TrainedModel, outputs: readonly string[]): Named<readonly string[]> {
  const { network, form } = trained
  if (network) {
    const each = answersOf(trained).flatMap(({ classes }, index) => (classes ? [[outputs[index]!, classes.names]] : []))
    return Object.fromEntries(each)
  }
  const [labels, ...others] = outputs
  if (others.length === 0) return {}
  return { [labels!]: Array.from({ length: classesOf(form) }, (_, number) => String(number)) }
}
