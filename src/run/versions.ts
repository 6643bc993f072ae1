/** Versions of the software that ran, for the history. */
import { packageVersion, versionIn } from '../base/package-version.js'
import type { Engine } from '../engine/engine.js'

/** The version of trainspec, as `train --version` prints it. */
export const ownVersion = (): string => versionIn(new URL('../../package.json', import.meta.url))

export const versions = (engine: Engine): Record<string, string> => ({
  trainspec: ownVersion(),
  node: process.versions.node,
  '@tensorflow/tfjs-core': packageVersion('@tensorflow/tfjs-core'),
  ...engine.versions,
})
