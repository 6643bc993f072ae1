/** The spec of a trained model and the preparation of its data, for files that can carry them along. */
import type { Named } from '../../base/field.js'
import type { TrainedModel } from '../open-model.js'
import { ownVersion } from '../versions.js'

/** Limit on the length of a preparation, which may have a large matrix. Readers of safetensors take headers of 100 MB. */
const MOST_CHARACTERS = 5e7

export function metadataOf({ spec, preparation }: Pick<TrainedModel, 'spec' | 'preparation'>): Named<string> {
  const prepared = JSON.stringify(preparation)
  return {
    trainspec: ownVersion(),
    spec: JSON.stringify(spec),
    ...(prepared.length <= MOST_CHARACTERS && { preparation: prepared }),
  }
}
