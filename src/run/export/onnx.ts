/** Writes a trained model as ONNX: a graph of inference for batches of any size. */
import { inputShapes } from '../../base/form.js'
import { UserError } from '../../base/issue.js'
import { encodeModel, type OnnxGraph } from '../../engine/compiled/onnx/model-writer.js'
import { portableGraph } from '../../engine/compiled/onnx/portable.js'
import type { TrainedModel } from '../open-model.js'
import { ownVersion } from '../versions.js'
import { classNamesOf } from './class-names.js'
import type { ExportOptions } from './format.js'
import { inferenceOf } from './inference.js'
import { metadataOf } from './metadata.js'
import type { Prepared } from './preparation/prepared.js'

/** Returns the bytes of an ONNX model. Throws a UserError if the preparation is wanted and ONNX cannot say it. */
export const onnxModel = async (trained: TrainedModel, options: ExportOptions): Promise<Uint8Array> =>
  onnxFile(trained, await onnxGraph(trained, options))

/** Returns the bytes of a model whose graph is known. */
export function onnxFile(trained: TrainedModel, graph: OnnxGraph): Uint8Array {
  const metadata = { ...metadataOf(trained), class_names: JSON.stringify(classNamesOf(trained, graph)) }
  return encodeModel(graph, { version: ownVersion(), name: trained.spec.name, metadata })
}

export async function onnxGraph(trained: TrainedModel, { withPreparation }: ExportOptions): Promise<OnnxGraph> {
  const before = withPreparation ? await preparationOf(trained) : null
  const columns = before ? before.inputs.map(({ name }) => name) : []
  const graph = await portableGraph(inferenceOf(trained, columns), trained.weights, columns)
  return before ? joined(before, graph) : graph
}

async function preparationOf({ form, spec, preparation }: TrainedModel): Promise<Prepared> {
  const { data } = spec
  if ('source' in data && data.sequence !== null) {
    throw new UserError(
      'The preparation cannot be in an ONNX model, because it pads sequences to one length; leave out --with-preparation.',
    )
  }
  const isWindow = 'source' in data && data.window !== null
  const rows = isWindow ? Object.values(form.inputs)[0]!.shape[0]! : null
  const [{ prepared }, { inputPlans }] = await Promise.all([
    import('./preparation/prepared.js'),
    import('../../data/input-plans.js'),
  ])
  return prepared(inputShapes(form), inputPlans(data, spec.seed, preparation), preparation, rows)
}

/** Puts operators before a model; their results replace its inputs. */
function joined({ results, ...before }: Prepared, graph: OnnxGraph): OnnxGraph {
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => (Object.hasOwn(results, name) ? results[name]! : name)),
  }))
  return {
    nodes: [...before.nodes, ...nodes],
    initializers: [...before.initializers, ...graph.initializers],
    inputs: before.inputs,
    outputs: graph.outputs,
  }
}
