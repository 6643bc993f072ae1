/** The trained model as tfjs' own files: `model.json` and its weights, which `tf.loadLayersModel` opens anywhere. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { io } from '@tensorflow/tfjs-core'
import { writeFileAtomic } from '../base/atomic-file.js'
import { type Model, toSequential } from '../model/model.js'

/** Writes `model.json` and `weights.bin` to a folder, made where it is missing; weights come by name, as an engine reads them. */
export async function saveModel(
  directory: string,
  model: Model,
  weights: Readonly<Record<string, Float32Array>>,
): Promise<void> {
  await mkdir(directory, { recursive: true })
  const { sequential, dispose } = toSequential(model, weights)
  try {
    await sequential.save(
      io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
        const file = {
          format: 'layers-model',
          generatedBy: 'trainspec',
          convertedBy: null,
          modelTopology,
          weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
        }
        await writeFileAtomic(join(directory, 'weights.bin'), new Uint8Array(io.CompositeArrayBuffer.join(weightData)))
        await writeFileAtomic(join(directory, 'model.json'), `${JSON.stringify(file, null, 1)}\n`)
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
      }),
    )
  } finally {
    dispose()
  }
}
