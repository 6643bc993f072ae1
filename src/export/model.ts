/** The trained model as tfjs' own files: `model.json` and its weights, which `tf.loadLayersModel` opens anywhere. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { layersTopology, savedWeightName } from '../model/layers-topology.js'
import type { Model } from '../model/model.js'

const HEADER = { format: 'layers-model', generatedBy: 'trainspec', convertedBy: null }

export interface SaveOptions {
  /** `weights_manifest.json` in place of `model.json`: what `tf.io.loadWeights` reads. */
  readonly weightsOnly?: boolean
}

/** Writes `model.json` and `weights.bin` to a folder, made where it is missing; weights come by name, as an engine reads them. */
export async function saveModel(
  directory: string,
  model: Model,
  weights: Readonly<Record<string, Float32Array>>,
  { weightsOnly = false }: SaveOptions = {},
): Promise<void> {
  await mkdir(directory, { recursive: true })
  const weightsManifest = [
    {
      paths: ['weights.bin'],
      weights: model.weights.map(({ name, shape }) => ({
        name: savedWeightName(model, name),
        shape,
        dtype: 'float32',
      })),
    },
  ]
  const [name, file] = weightsOnly
    ? ['weights_manifest.json', weightsManifest]
    : ['model.json', { ...HEADER, modelTopology: layersTopology(model), weightsManifest }]
  const bytes = model.weights.map(({ name }) => {
    const { buffer, byteOffset, byteLength } = weights[name]!
    return new Uint8Array(buffer, byteOffset, byteLength)
  })
  await writeFileAtomic(join(directory, 'weights.bin'), Buffer.concat(bytes))
  await writeFileAtomic(join(directory, name), `${JSON.stringify(file, null, 1)}\n`)
}
