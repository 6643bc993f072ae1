/** The trained model as files in tfjs' form: `model.json` and its weights; `tf.loadLayersModel` opens a network anywhere. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import type { Saveable } from '../model/saveable.js'

export interface SaveOptions {
  /** `weights_manifest.json` in place of `model.json`: what `tf.io.loadWeights` reads. */
  readonly weightsOnly?: boolean
}

/** Writes `model.json` and `weights.bin` to a folder, made where it is missing; weights come by name, as an engine reads them. */
export async function saveModel(
  directory: string,
  model: Saveable,
  weights: Readonly<Record<string, Float32Array>>,
  { weightsOnly = false }: SaveOptions = {},
): Promise<void> {
  await mkdir(directory, { recursive: true })
  const { document, nameOf } = model.saved()
  const weightsManifest = [
    {
      paths: ['weights.bin'],
      weights: model.weights.map(({ name, shape }) => ({ name: nameOf(name), shape, dtype: 'float32' })),
    },
  ]
  const [name, file] = weightsOnly
    ? ['weights_manifest.json', weightsManifest]
    : ['model.json', { ...document, weightsManifest }]
  const bytes = model.weights.map(({ name }) => {
    const { buffer, byteOffset, byteLength } = weights[name]!
    return new Uint8Array(buffer, byteOffset, byteLength)
  })
  await writeFileAtomic(join(directory, 'weights.bin'), Buffer.concat(bytes))
  await writeFileAtomic(join(directory, name), `${JSON.stringify(file, null, 1)}\n`)
}
