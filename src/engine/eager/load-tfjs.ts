/** Loads a package of tfjs that a user has installed. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { packageFolders } from '../../base/package-folders.js'
import { packageVersion, versionIn } from '../../base/package-version.js'
import { reasonOf } from '../../base/reason.js'
import { withoutStderr } from '../without-stderr.js'

export type LoadedPackage = { readonly exports: unknown; readonly version: string } | { readonly problem: string }

interface LoadOptions {
  /** True if the loaded package may write to standard error. */
  readonly logs: boolean
  /** Explains why a folder cannot work, so that it is not tried. */
  readonly obstacle?: (folder: string) => string | undefined
}

const require = createRequire(import.meta.url)

/**
 * Loads a package from the first folder that works. A package outside of ours brings its own copy of tfjs-core. All
 * copies in a process share one engine and one table of kernels and gradients through `globalThis`, so our programs see
 * what the package registers. That works only for equal versions, so any other version is refused.
 */
export async function loadTfjs(name: string, { logs, obstacle }: LoadOptions): Promise<LoadedPackage> {
  tf.enableProdMode() // keeps tfjs from printing advice, and a notice of the second copy
  const needed = packageVersion('@tensorflow/tfjs-core')
  let problem = 'it is not installed'
  for (const folder of packageFolders(name)) {
    const version = versionIn(join(folder, 'package.json'))
    const known = version === needed ? obstacle?.(folder) : `its version is ${version}, and ${needed} is needed`
    if (known !== undefined) {
      problem = known
      continue
    }
    const before = tf.getBackend()
    try {
      return { exports: logs ? require(folder) : withoutStderr(() => require(folder)), version }
    } catch (error) {
      problem = reasonOf(error)
    } finally {
      // the package may have made its backend the current one
      await tf.setBackend(before || 'cpu')
    }
  }
  return { problem }
}
