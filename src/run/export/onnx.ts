/** Writes a trained model as ONNX: a graph of inference for batches of any size. */
import { encodeModel } from '../../engine/compiled/onnx/model-writer.js'
import { portableGraph } from '../../engine/compiled/onnx/portable.js'
import type { TrainedModel } from '../open-model.js'
import { ownVersion } from '../versions.js'
import { inferenceOf } from './inference.js'

/** Returns the bytes of an ONNX model. */
export async function onnxModel(trained: TrainedModel): Promise<Uint8Array> {
  const { spec, weights } = trained
  const graph = await portableGraph(inferenceOf(trained), weights)
  return encodeModel(graph, { version: ownVersion(), name: spec.name })
}
