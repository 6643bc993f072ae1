/**
 * Saves a trained model in the format of TensorFlow.js, `model.json` and its weights, which `tf.loadLayersModel`
 * opens.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { makeFolder } from '../base/make-folder.js'
import type { Saveable } from '../model/saveable.js'

export interface SaveOptions {
  /** Writes `weights_manifest.json`, which `tf.io.loadWeights` reads, instead of `model.json`. */
  readonly weightsOnly?: boolean
  /**
   * Writes the SHA-256 of the weights beside their path, where TensorFlow.js ignores it. Not for a model that is saved
   * again over itself, because two files cannot be replaced at once.
   */
  readonly checksum?: boolean
  /** A folder above it that must exist; others are created. */
  readonly within?: string | undefined
}

/**
 * Writes `model.json` and `weights.bin` into a folder, which is created if it is missing. `weights` has each weight by
 * its name in programs.
 */
export async function saveModel(
  directory: string,
  model: Saveable,
  weights: Readonly<Record<string, Float32Array>>,
  { weightsOnly = false, checksum = false, within }: SaveOptions = {},
): Promise<void> {
  await makeFolder(directory, within)
  const { document, nameOf } = model.saved()
  const bytes = Buffer.concat(
    model.weights.map(({ name }) => {
      const { buffer, byteOffset, byteLength } = weights[name]!
      return new Uint8Array(buffer, byteOffset, byteLength)
    }),
  )
  const weightsManifest = [
    {
      paths: ['weights.bin'],
      ...(checksum && { sha256: createHash('sha256').update(bytes).digest('hex') }),
      weights: model.weights.map(({ name, shape }) => ({ name: nameOf(name), shape, dtype: 'float32' })),
    },
  ]
  const [name, file] = weightsOnly
    ? ['weights_manifest.json', weightsManifest]
    : ['model.json', { ...document, weightsManifest }]
  await writeFileAtomic(join(directory, 'weights.bin'), bytes)
  await writeFileAtomic(join(directory, name), `${JSON.stringify(file, null, 1)}\n`)
}
