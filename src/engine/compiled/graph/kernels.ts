/**
 * The tfjs kernels a graph may hold: the names of their inputs, their attributes in one normal form, and the shape and
 * dtype of what they give (tfjs-core/src/kernel_names.ts). The tracer registers them, `verify` checks by them, and each
 * runtime has a total table from these names.
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
