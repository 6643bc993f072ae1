/** Tensors by name: weights, inputs or results. */
import type { Tensor } from '@tensorflow/tfjs-core'

export type Tensors = Readonly<Record<string, Tensor>>
