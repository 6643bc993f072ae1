/** Inputs of programs that are cut from the data: samples and their labels. */
import type { Field } from '../base/field.js'
import { classesOf, type DataForm, labelsKey, soleInput, soleInputKey } from '../base/form.js'
import type { BatchInput } from './program.js'

/** Samples of a field, which a table has under this key. Stored values are divided by the divisor of the field. */
export const samplesInput = (key: string, { shape, divisor }: Pick<Field, 'shape' | 'divisor'>): BatchInput => ({
  kind: 'batch',
  name: key,
  shape: [null, ...shape],
  dtype: 'float32',
  divisor,
})

/** Class numbers, which a table has under this key. */
export const labelsInput = (key: string, classes: number): BatchInput => ({
  kind: 'batch',
  name: key,
  shape: [null],
  dtype: 'int32',
  divisor: 1,
  below: classes,
})

/** The samples of data that have one input, and their labels: the inputs of the programs of an RBM. */
export const soleSamples = (form: DataForm): BatchInput => samplesInput(soleInputKey(form), soleInput(form))
export const soleLabels = (form: DataForm): BatchInput => labelsInput(labelsKey(form), classesOf(form))
