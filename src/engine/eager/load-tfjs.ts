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
  /** Whether what it loads may write to standard error. */
  readonly logs: boolean
  /** Why a folder need not be tried, if so. */
  readonly obstacle?: (folder: string) => string | undefined
}

const require = createRequire(import.meta.url)

/**
 * From the first folder that works. A package outside of ours brings a copy of tfjs-core of its own; all copies in a
 * process share one engine, one table of kernels and one of gradients, in `globalThis`, so that what it registers is
 * there for our programs. That holds for copies of one version, so any other is refused.
 */
export async function loadTfjs(name: string, { logs, obstacle }: LoadOptions): Promise<LoadedPackage> {
  tf.enableProdMode() // tfjs then prints no advice, nor that a second copy came
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
      // what is loaded may have put itself in front
      await tf.setBackend(before || 'cpu')
    }
  }
  return { problem }
}
