/**
 * Activation functions of Keras (keras/src/activations/activations.py), except `threshold`, which has no default
 * arguments, and `glu`, which halves its axis.
 */
import type { z } from 'zod'
import { nameIn } from './family.js'

export const ACTIVATIONS = {
  linear: 'x, unchanged',
  relu: 'max(x, 0)',
  relu6: 'min(max(x, 0), 6)',
  leaky_relu: 'x where positive, else 0.2 x',
  elu: 'x where positive, else exp(x) - 1',
  celu: 'x where positive, else exp(x) - 1 (alpha 1)',
  selu: '1.0507 x where positive, else 1.7581 (exp(x) - 1): keeps mean and variance; use with lecun_normal weights',
  sigmoid: '1 / (1 + exp(-x)), between 0 and 1; for one yes-or-no output',
  hard_sigmoid: 'relu6(x + 3) / 6, a cheap sigmoid',
  log_sigmoid: 'log(sigmoid(x))',
  sparse_sigmoid: '0 below -1, 1 above 1, (x + 1) / 2 between',
  tanh: 'hyperbolic tangent, between -1 and 1',
  hard_tanh: 'x, clipped to -1 ... 1',
  tanh_shrink: 'x - tanh(x)',
  softmax: 'exp(x) / sum(exp(x)) over the last axis: probabilities of classes that exclude each other',
  log_softmax: 'log(softmax(x))',
  sparsemax: 'like softmax, but small probabilities become exactly 0',
  softplus: 'log(1 + exp(x)), a smooth relu',
  sparse_plus: '0 below -1, x above 1, (x + 1)^2 / 4 between',
  squareplus: '(x + sqrt(x^2 + 4)) / 2, a smooth relu',
  softsign: 'x / (1 + |x|)',
  silu: 'x sigmoid(x)',
  swish: 'x sigmoid(x); another name of silu',
  hard_silu: 'x hard_sigmoid(x), a cheap silu',
  hard_swish: 'x hard_sigmoid(x); another name of hard_silu',
  gelu: 'x times the normal distribution function of x (exact, not the tanh approximation)',
  mish: 'x tanh(softplus(x))',
  exponential: 'exp(x)',
  hard_shrink: 'x where |x| > 0.5, else 0',
  soft_shrink: 'x moved by 0.5 toward 0, and 0 where |x| <= 0.5',
} as const

export const activationName = nameIn(ACTIVATIONS).meta({ id: 'activation' })
export type ActivationName = z.output<typeof activationName>
