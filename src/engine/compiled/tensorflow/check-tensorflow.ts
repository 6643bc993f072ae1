/** Tests a library: loads it and trains a step, on the GPU if there is one. */
import type { TensorflowLibrary } from '../../../libtensorflow/locate.js'
import { checkEngine } from '../../check-engine.js'
import { DEFAULT_REQUEST } from '../../engine.js'
import { openTensorflow } from './engine.js'

/** Returns a sentence for users about the library. Throws a UserError if it does not work. */
export async function checkTensorflow(library: TensorflowLibrary): Promise<string> {
  const engine = await openTensorflow(DEFAULT_REQUEST, library)
  await checkEngine(engine)
  return `TensorFlow ${engine.versions.tensorflow} trains on ${engine.device}: \`train SPEC --engine tensorflow\`.`
}
