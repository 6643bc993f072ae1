/**
 * The tfjs kernels that a graph may contain (tfjs-core/src/kernel_names.ts): names of inputs, attributes in normal
 * form, and shape and dtype of the result. The tracer registers these kernels, `verify` checks graphs against them, and
 * each runtime has a table with an entry for every name.
 */
import { ARRAYS } from './kernels/arrays.js'
import { CONVOLUTION } from './kernels/convolution.js'
import { ELEMENTWISE } from './kernels/elementwise.js'
import { POOLING } from './kernels/pooling.js'
import { REDUCTIONS } from './kernels/reductions.js'
import type { KernelRule } from './kernels/rule.js'

export const KERNELS = { ...ELEMENTWISE, ...REDUCTIONS, ...ARRAYS, ...CONVOLUTION, ...POOLING }

export type KernelName = keyof typeof KERNELS

export const kernelRule = (name: KernelName): KernelRule => KERNELS[name]
