/** Writes the weights of a trained model alone, under the names of their layers. */
import type { Named } from '../../base/field.js'
import { type NamedWeight, safetensors } from '../../export/safetensors.js'
import { csvFiles } from '../../export/weights-csv.js'
import type { TrainedModel } from '../open-model.js'
import { metadataOf } from './metadata.js'

export const safetensorsFile = async (trained: TrainedModel): Promise<Uint8Array> =>
  safetensors(weightsOf(trained), metadataOf(trained))

export const csvWeights = async (trained: TrainedModel): Promise<Named<Uint8Array>> => csvFiles(weightsOf(trained))

const weightsOf = ({ model, weights }: TrainedModel): NamedWeight[] =>
  model.weights.map(({ name, shape }) => ({ name, shape, values: weights[name]! }))
