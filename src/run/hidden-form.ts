/** Returns the form of data whose samples are the hidden probabilities of an RBM. */
import type { DataForm } from '../base/form.js'

export const hiddenForm = (form: DataForm, hiddenUnits: number): DataForm => ({
  ...form,
  inputs: {
    [Object.keys(form.inputs)[0]!]: { shape: [hiddenUnits], dtype: 'float32', divisor: 1, values: 'probability' },
  },
})
