/** Opens models in JSON: those of `model.to_json()` in Keras, and of `model.save()` in TensorFlow.js with their weights. */
import { dirname } from 'node:path'
import { UserError } from '../base/issue.js'
import { readWhole } from '../base/read-file.js'
import { decodeUtf8 } from '../base/utf8.js'
import { dialectOf } from './dialect.js'
import type { FoundModel } from './found-model.js'
import { MOST_JSON } from './keras-file.js'
import { own, ownText, parseOutside } from './outside.js'
import { tfjsWeights } from './tfjs-weights.js'

/** Opens a file. Throws a UserError if it is no model. */
export async function openJsonFile(path: string): Promise<FoundModel> {
  const decoded = decodeUtf8(await readWhole(path, { most: MOST_JSON }))
  if ('problem' in decoded) throw new UserError(`${path}: ${decoded.problem}`)
  const { text } = decoded
  const json = parseOutside(text, path)
  const close = async () => {}
  const ofTfjs = own(json, 'modelTopology')
  if (ofTfjs === undefined) {
    return {
      path,
      dialect: dialectOf(ownText(json, 'keras_version'), text),
      topology: json,
      compiled: own(json, 'compile_config') ?? undefined,
      weights: null,
      close,
    }
  }
  if (ownText(json, 'format') === 'graph-model' || own(ofTfjs, 'node') !== undefined) {
    throw new UserError(
      `${path}: is a graph of operations of TensorFlow, without layers; convert the model to "tfjs_layers_model"`,
    )
  }
  const topology = own(ofTfjs, 'model_config') ?? ofTfjs
  const manifest = own(json, 'weightsManifest')
  return {
    path,
    dialect: 'tfjs',
    topology,
    compiled: own(json, 'trainingConfig') ?? own(ofTfjs, 'training_config') ?? undefined,
    weights: manifest === undefined ? null : tfjsWeights(manifest, dirname(path), path),
    close,
  }
}
