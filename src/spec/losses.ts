/** Losses by Keras' names and aliases (keras/src/losses). A new one is one entry of `LOSSES`. */
import { family, member } from './family.js'

export const LOSSES = [
  member('categorical_crossentropy', 'For one class of several, after softmax. Class labels are made one-hot.', {}),
  member('sparse_categorical_crossentropy', 'For one class of several, after softmax, from class numbers.', {}),
  member('binary_crossentropy', 'For yes-or-no outputs, after sigmoid.', {}, ['bce', 'BCE']),
  member('mean_squared_error', 'Mean of squared differences.', {}, ['mse', 'MSE']),
  member('mean_absolute_error', 'Mean of absolute differences.', {}, ['mae', 'MAE']),
] as const

export const lossSchema = family(LOSSES)
