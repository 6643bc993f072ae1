/** The trained model as files in tfjs' form: `model.json` and its weights; `tf.loadLayersModel` opens a network anywhere. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { makeFolder } from '../base/make-folder.js'
import type { Saveable } from '../model/saveable.js'

export interface SaveOptions {
  /** `weights_manifest.json` in place of `model.json`: what `tf.io.loadWeights` reads. */
  readonly weightsOnly?: boolean
  /**
   * States the SHA-256 of the weights beside their path, where tfjs overlooks it. Not for what is written over again: two
   * files are not replaced in one turn.
   */
  readonly checksum?: boolean
  /** A folder above it that must be there; others are made. */
  readonly within?: string | undefined
}

/** Writes `model.json` and `weights.bin` to a folder, made where it is missing; weights come by name, as an engine reads them. */
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
