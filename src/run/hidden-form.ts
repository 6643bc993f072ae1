/** Returns the form of data whose samples are the hidden probabilities of an RBM. */
import { type DataForm, inputName } from '../base/form.js'

export const hiddenForm = (form: DataForm, hiddenUnits: number): DataForm => ({
  ...form,
  inputs: {
    [inputName(form)]: { shape: [hiddenUnits], dtype: 'float32', divisor: 1, values: 'probability' },
  },
})
