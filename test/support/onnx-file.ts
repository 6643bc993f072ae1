/** Runs an ONNX file in ONNX Runtime as its users do, by its package for Node. */
import { createRequire } from 'node:module'

/** The part of package onnxruntime-node that tests use. */
interface Runtime {
  readonly InferenceSession: { create(model: Uint8Array, options?: object): Promise<Session> }
  readonly Tensor: new (type: string, data: object, dims: readonly number[]) => OnnxTensor
}
interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>
}
export interface OnnxTensor {
  readonly type: string
  readonly data: Float32Array
  readonly dims: readonly number[]
}

const { InferenceSession, Tensor }: Runtime = createRequire(import.meta.url)('onnxruntime-node')

export const openOnnx = (model: Uint8Array): Promise<Session> =>
  InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 })

export const onnxTensor = (data: object, dims: readonly number[], type = 'float32'): OnnxTensor =>
  new Tensor(type, data, dims)
