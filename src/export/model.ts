/** The trained model as tfjs' own files: `model.json` and its weights, which `tf.loadLayersModel` opens anywhere. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { io } from '@tensorflow/tfjs-core'
import { writeFileAtomic } from '../base/atomic-file.js'
import { type Model, toSequential } from '../model/model.js'

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
  const { sequential, dispose } = toSequential(model, weights)
  try {
    await sequential.save(
      io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
        const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }]
        const header = { format: 'layers-model', generatedBy: 'trainspec', convertedBy: null }
        const [name, file] = weightsOnly
          ? ['weights_manifest.json', weightsManifest]
          : ['model.json', { ...header, modelTopology, weightsManifest }]
        await writeFileAtomic(join(directory, 'weights.bin'), new Uint8Array(io.CompositeArrayBuffer.join(weightData)))
        await writeFileAtomic(join(directory, name), `${JSON.stringify(file, null, 1)}\n`)
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
      }),
    )
  } finally {
    dispose()
  }
}
