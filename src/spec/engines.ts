/** Names of engines, precisions and devices. The command line offers the same names. */
import { z } from 'zod'
import { devicesIn } from '../base/devices.js'
import { nameIn } from './family.js'

/** Engines by name. Those that are `eager` are references to compare with, not the fast path. */
export const ENGINES = {
  auto: 'tensorflow on a GPU; else the faster one of tensorflow, if it is set up, and onnx',
  onnx: 'compiled, by ONNX Runtime and WebAssembly',
  tensorflow: 'compiled, by TensorFlow; needs `train setup`',
  eager: 'the same as eager:cpu',
  'eager:cpu': 'not compiled, in JavaScript; slow, a reference',
  'eager:tensorflow': 'not compiled, in TensorFlow; needs package @tensorflow/tfjs-node',
  'eager:webgpu': 'not compiled, in WebGPU; needs package webgpu',
} as const

/** The resolved spec has the full name: `eager:cpu` for `eager`. */
export const engineSchema = nameIn(ENGINES).transform((name) => (name === 'eager' ? 'eager:cpu' : name))

/** Keras' dtype policies. */
export const PRECISIONS = {
  float32: 'everything in 32 bits',
  mixed_bfloat16: 'products in bfloat16, weights in 32 bits: engine tensorflow on a processor',
  mixed_float16: 'products in float16, weights in 32 bits: engine tensorflow on a GPU',
} as const

export type Precision = keyof typeof PRECISIONS

/** A single pattern in the JSON Schema, so that one message covers every mistake. */
export const deviceSchema = z
  .templateLiteral([
    z.union([
      z.enum(['auto', 'cpu', 'gpu']),
      z.templateLiteral(['gpu:', z.string().regex(/^[0-9]{1,3}(,gpu:[0-9]{1,3})*$/)]),
      z.templateLiteral(['cpu:', z.string().regex(/^[0-9]{1,3}(,cpu:[0-9]{1,3})+$/)]),
    ]),
  ])
  .meta({
    patternErrorMessage:
      'must be auto, cpu, gpu, gpu with a number, such as gpu:1, or several of one kind, such as gpu:0,gpu:1',
  })
  .check(({ value, issues }) => {
    const twice = devicesIn(value).find((device, index, all) => all.indexOf(device) < index)
    if (twice !== undefined) {
      issues.push({ code: 'custom', input: value, message: `found ${twice} twice: name each device once` })
    }
  })

/** The device to compute on, as in a spec or in `--device`: one, or several that share each batch. */
export type Device = z.infer<typeof deviceSchema>
