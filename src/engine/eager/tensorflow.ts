/**
 * tfjs' backend on TensorFlow's C library, through the native addon of `@tensorflow/tfjs-node-gpu` or
 * `@tensorflow/tfjs-node`.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { UserError } from '../../base/issue.js'
import { packageVersion } from '../../base/package-version.js'
import { findCuda, keepKernelsInCache } from '../../libtensorflow/cuda.js'
import type { Engine, EngineRequest } from '../engine.js'
import { type EagerBackend, eagerEngine } from './engine.js'
import { loadTfjs } from './load-tfjs.js'

const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']
/** The addon for Node-API 8. The package has none for newer versions, so every version of Node uses it. */
const ADDON = join('lib', 'napi-v8', 'tfjs_binding.node')

/** The part used here of the backend that the package registers. */
interface NodeBackend {
  readonly isUsingGpuDevice: boolean
  readonly binding?: { readonly TF_Version: string }
}

let opened: EagerBackend | undefined

/** Throws a UserError if none of the packages works, or if the one that works uses another device than requested. */
export async function openEagerTensorflow({ device, logs }: EngineRequest): Promise<Engine> {
  opened ??= await load(logs)
  const found = opened.device
  if (device === 'auto' || device === found || (device === 'gpu' && found !== 'cpu')) return eagerEngine(opened)
  const asked = `Engine eager:tensorflow computes on ${found} here, but device ${device} is asked for`
  throw new UserError(
    found === 'cpu'
      ? `${asked}: use engine tensorflow.`
      : `${asked}: it uses the last GPU that CUDA_VISIBLE_DEVICES allows, and none with CUDA_VISIBLE_DEVICES=-1.`,
  )
}

async function load(logs: boolean): Promise<EagerBackend> {
  // the package calls this function, which Node 23 removed
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined })
  if (!logs) process.env.TF_CPP_MIN_LOG_LEVEL = '3'
  keepKernelsInCache()
  const problems: string[] = []
  for (const name of PACKAGES) {
    const loaded = await loadTfjs(name, {
      logs,
      obstacle: (folder) => (existsSync(join(folder, ADDON)) ? undefined : 'its addon is missing'),
    })
    const backend = 'exports' in loaded ? (tf.findBackend('tensorflow') as unknown as NodeBackend | null) : null
    if ('exports' in loaded && backend) {
      // the addon uses the last of TensorFlow's devices
      const device = backend.isUsingGpuDevice ? `gpu:${Math.max(0, (await findCuda()).devices.length - 1)}` : 'cpu'
      const versions = { [name]: loaded.version, ...(backend.binding && { tensorflow: backend.binding.TF_Version }) }
      return { name: 'tensorflow', device, versions }
    }
    problems.push(`${name}: ${'problem' in loaded ? loaded.problem : 'it registers no backend'}`)
  }
  throw new UserError(
    `Engine eager:tensorflow finds no TensorFlow for tfjs (${problems.join('; ')}); \`npm install --ignore-scripts=false @tensorflow/tfjs-node@${packageVersion('@tensorflow/tfjs-core')}\` installs one.`,
  )
}
