/** What computes, where and how exactly; the command line offers the same. */
import { z } from 'zod'
import { nameIn } from './family.js'

/** Names of engines; those that are `eager` are references, not the fast path. */
export const ENGINES = {
  auto: 'tensorflow if its library is installed, else onnx',
  onnx: 'compiled, by ONNX Runtime and WebAssembly',
  tensorflow: "compiled, by TensorFlow's C library; `train setup` installs it",
  eager: 'the same as eager:cpu',
  'eager:cpu': 'one operation at a time in JavaScript; slow, used as the reference',
  'eager:tensorflow': 'one operation at a time in TensorFlow; needs @tensorflow/tfjs-node',
  'eager:webgpu': 'one operation at a time in WebGPU; needs package webgpu',
} as const

/** The resolved spec says which one it really is. */
export const engineSchema = nameIn(ENGINES).transform((name) => (name === 'eager' ? 'eager:cpu' : name))

/** Keras' dtype policies. */
export const PRECISIONS = {
  float32: 'everything in 32 bits',
  mixed_bfloat16: 'products in bfloat16, weights in 32 bits: engine tensorflow on a processor',
  mixed_float16: 'products in float16, weights in 32 bits: engine tensorflow on a GPU',
} as const

export const deviceSchema = z
  .string()
  .regex(/^(auto|cpu|gpu(:[0-9]{1,3})?)$/)
  .meta({ patternErrorMessage: 'must be auto, cpu, gpu, or gpu: and a number from 0, such as gpu:1' })
