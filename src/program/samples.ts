/** Inputs of programs that are cut from the data: samples and their labels. */
import type { Field, Named } from '../base/field.js'
import { classesOf, type DataForm, inputKey, inputShapes, labelsKey, WEIGHT } from '../base/form.js'
import type { Shape } from '../base/shape.js'
import type { Tensors } from '../base/tensors.js'
import type { FoundTarget } from '../model/targets.js'
import type { BatchInput } from './program.js'

/** Samples of a field, which a table has under this key. Stored values are divided by the divisor of the field. */
const samplesInput = (key: string, { shape, divisor }: Pick<Field, 'shape' | 'divisor'>): BatchInput => ({
  kind: 'batch',
  name: key,
  shape: [null, ...shape],
  dtype: 'float32',
  divisor,
})

/** The inputs of a model, by name. */
export const samplesOf = (form: DataForm): Named<BatchInput> =>
  Object.fromEntries(
    Object.entries(inputShapes(form)).map(([name, shape]) => [
      name,
      samplesInput(inputKey(name), { ...form.inputs[name]!, shape }),
    ]),
  )

/** The tensors of these inputs, by name. */
export const tensorsOf = (inputs: Named<BatchInput>, given: Tensors): Tensors =>
  Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, given[input.name]!]))

/** Class numbers, one for each place of a shape, which a table has under this key. */
const labelsInput = (key: string, classes: number, shape: Shape = []): BatchInput => ({
  kind: 'batch',
  name: key,
  shape: [null, ...shape],
  dtype: 'int32',
  divisor: 1,
  below: classes,
})

/** The weights of samples. */
export const WEIGHTS: BatchInput = samplesInput(WEIGHT, { shape: [], divisor: 1 })

/** The target of an output. */
export const targetInput = ({ key, field }: FoundTarget): BatchInput =>
  field.classes === undefined ? samplesInput(key, field) : labelsInput(key, field.classes, field.shape)

/** The samples of data that have one input, and their labels: the inputs of the programs of an RBM. */
export const soleSamples = (form: DataForm): BatchInput => Object.values(samplesOf(form))[0]!
export const soleLabels = (form: DataForm): BatchInput => labelsInput(labelsKey(form), classesOf(form))
