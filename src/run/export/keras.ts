/** Writes a trained model as a `.keras` file. */
import { UserError } from '../../base/issue.js'
import { compileConfig, NotInKeras } from '../../export/keras/compile.js'
import { kerasFile } from '../../export/keras/keras-file.js'
import { maskedLayers } from '../../export/keras/model-config.js'
import type { PythonValue } from '../../export/keras/python-json.js'
import { isSupervised } from '../../spec/spec.js'
import type { TrainedModel } from '../open-model.js'
import { metadataOf } from './metadata.js'

/** Returns the bytes of the file. */
export async function kerasModelFile(trained: TrainedModel): Promise<Uint8Array> {
  const { spec, weights, network } = trained
  if (!network) throw new UserError('Keras has no RBM: export it as onnx, safetensors or csv')
  const masked = maskedLayers(network)
  if (masked.length > 0) {
    throw new UserError(
      `KerasHub's PositionEmbedding ends the mask of its input, ours passes it on, so Keras would compute something else after ${masked.join(', ')}: export the model as onnx`,
    )
  }
  return kerasFile(network, weights, {
    name: spec.name,
    compile: compiled(trained).config,
    metadata: metadataOf(trained),
  })
}

/** Notes on parts of the run that are not in the file, and on packages that its reader needs. */
export function kerasNotes(trained: TrainedModel): string[] {
  const { without } = compiled(trained)
  const hub = trained.network?.stages.some(({ layer }) => layer.type === 'PositionEmbedding')
  return [
    ...(without === null ? [] : [`The file has no optimizer, loss and metrics: ${without}.`]),
    ...(hub ? ['PositionEmbedding is a layer of KerasHub: who loads the file needs the package keras-hub.'] : []),
  ]
}

/** The arguments of `compile`, or the reason why there are none. */
function compiled({ spec, network, form }: TrainedModel): { config: PythonValue; without: string | null } {
  if (!network || !isSupervised(spec)) return { config: null, without: null }
  try {
    const shapes = network.outputs.map(({ shape }) => shape)
    const stepsPerEpoch = Math.ceil(form.rows.train / spec.fit.batch_size)
    return { config: compileConfig(spec, shapes, stepsPerEpoch), without: null }
  } catch (error) {
    if (error instanceof NotInKeras) return { config: null, without: error.message }
    throw error
  }
}
