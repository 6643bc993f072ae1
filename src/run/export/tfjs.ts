/** The files of a trained model for TensorFlow.js, which are those in the folder of the run. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import { RUN_FILES } from '../../spec/run-files.js'
import type { StoredModel } from '../open-model.js'

/** Throws a UserError for a model that TensorFlow.js cannot open. */
export async function tfjsFiles({ directory, network, model }: StoredModel): Promise<Named<Uint8Array>> {
  if (!network) throw new UserError('TensorFlow.js has no RBM: export it as onnx or csv')
  const { notInTfjs } = model.saved()
  if (notInTfjs.length > 0) {
    throw new UserError(`TensorFlow.js lacks ${notInTfjs.join(', ')}, which the model has: export it as onnx`)
  }
  const read = (name: string) => readFile(join(directory, RUN_FILES.model, name))
  return { 'model.json': await read('model.json'), 'weights.bin': await read('weights.bin') }
}
