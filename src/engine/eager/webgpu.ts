/** tfjs' backend on WebGPU, which the npm package `webgpu` (Dawn) brings to Node. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { cacheFolder } from '../../base/cache-folder.js'
import { UserError } from '../../base/issue.js'
import { packageFolders } from '../../base/package-folders.js'
import { packageVersion, versionIn } from '../../base/package-version.js'
import { reasonOf } from '../../base/reason.js'
import { setForLibraries } from '../../base/shared-library.js'
import { shadersFolder } from '../../libtensorflow/installed.js'
import type { Device } from '../../spec/engines.js'
import type { Engine, EngineRequest } from '../engine.js'
import { withoutStderr } from '../without-stderr.js'
import { type EagerBackend, eagerEngine } from './engine.js'
import { loadTfjs } from './load-tfjs.js'

const DAWN = 'webgpu'
const BACKEND = '@tensorflow/tfjs-backend-webgpu'
/** The packages to install. For Dawn it is the version that was tested; others may work. */
export const PACKAGES = [`${DAWN}@0.6.2`, `${BACKEND}@${packageVersion('@tensorflow/tfjs-core')}`] as const

interface Adapter {
  readonly info: { readonly isFallbackAdapter: boolean }
  readonly limits: Readonly<Record<string, number>>
  requestDevice(options: { readonly requiredLimits: Readonly<Record<string, number>> }): Promise<GpuDevice>
}

interface GpuDevice {
  onuncapturederror: (event: { readonly error: { readonly message: string } }) => void
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
}

interface Gpu {
  requestAdapter(options: {
    readonly powerPreference?: 'high-performance'
    readonly forceFallbackAdapter?: boolean
  }): Promise<Adapter | null>
}

interface Dawn {
  readonly version: string
  readonly create: (options: readonly string[]) => Gpu
  readonly globals: object
}

interface BackendPackage {
  readonly WebGPUBackend: new (device: GpuDevice, info: Adapter['info']) => tf.KernelBackend
}

let loaded: { readonly gpu: Gpu; readonly package: BackendPackage; readonly versions: Engine['versions'] } | undefined
let opened: EagerBackend | undefined

/** Throws a UserError if a package or an adapter is missing, or if there is no such device. */
export async function openWebgpu({ device, logs }: EngineRequest): Promise<Engine> {
  if (device.startsWith('gpu:')) {
    throw new UserError(
      `Engine eager:webgpu cannot select one of several GPUs, but device ${device} is asked for: use device gpu.`,
    )
  }
  loaded ??= await load(logs)
  const adapter = await findAdapter(loaded.gpu, device, logs)
  const kind = adapter.info.isFallbackAdapter ? 'cpu' : 'gpu'
  if (opened?.device !== kind) opened = await register(adapter, kind)
  return eagerEngine(opened)
}

/**
 * Variables that tell drivers of Mesa and NVIDIA where to keep compiled shaders; by default they use the home folder.
 */
const SHADER_CACHES = ['MESA_SHADER_CACHE_DIR', '__GL_SHADER_DISK_CACHE_PATH']

async function load(logs: boolean) {
  for (const name of SHADER_CACHES) {
    if (!process.env[name]) setForLibraries(name, shadersFolder(cacheFolder()))
  }
  const dawn = await loadDawn()
  const backend = await loadTfjs(BACKEND, { logs })
  const problems = [...problemOf(DAWN, dawn), ...problemOf(BACKEND, backend)]
  if ('problem' in dawn || 'problem' in backend) {
    throw new UserError(
      `Engine eager:webgpu needs two packages (${problems.join('; ')}); \`npm install ${PACKAGES.join(' ')}\` installs them.`,
    )
  }
  Object.assign(globalThis, dawn.globals)
  castInShaders()
  const create = () => dawn.create([])
  // runs every operation on the device, however small
  tf.env().set('WEBGPU_CPU_FORWARD', false)
  return {
    gpu: logs ? create() : withoutStderr(create),
    package: backend.exports as BackendPackage,
    versions: { [BACKEND]: backend.version, [DAWN]: dawn.version },
  }
}

const problemOf = (name: string, found: object): string[] => ('problem' in found ? [`${name}: ${found.problem}`] : [])

/**
 * Replaces tfjs' Cast of integers and booleans to `float32`. tfjs' own returns the same buffer, on which its Transpose
 * then fails. A product with 1 gives a buffer of floats.
 */
function castInShaders(): void {
  const { kernelFunc } = tf.getKernel('Cast', 'webgpu')
  const multiply = tf.getKernel('Multiply', 'webgpu').kernelFunc
  tf.unregisterKernel('Cast', 'webgpu')
  tf.registerKernel({
    kernelName: 'Cast',
    backendName: 'webgpu',
    kernelFunc(call) {
      const x = call.inputs.x as tf.TensorInfo
      const isSmaller = x.dtype === 'int32' || x.dtype === 'bool'
      if (!isSmaller || call.attrs?.dtype !== 'float32') return kernelFunc(call)
      const one = tf.scalar(1)
      const product = multiply({ ...call, inputs: { a: x, b: one } })
      one.dispose()
      return product
    },
  })
}

async function loadDawn(): Promise<Dawn | { readonly problem: string }> {
  let problem = 'it is not installed'
  for (const folder of packageFolders(DAWN)) {
    try {
      const file = createRequire(join(folder, 'package.json')).resolve(folder)
      const { create, globals } = await import(pathToFileURL(file).href)
      return { create, globals, version: versionIn(join(folder, 'package.json')) }
    } catch (error) {
      problem = reasonOf(error)
    }
  }
  return { problem }
}

/** Finds an adapter. One that computes in software counts as the processor. */
async function findAdapter(gpu: Gpu, device: Device, logs: boolean): Promise<Adapter> {
  const options = device === 'cpu' ? { forceFallbackAdapter: true } : { powerPreference: 'high-performance' as const }
  const request = () => gpu.requestAdapter(options)
  const adapter = await (logs ? request() : withoutStderr(request))
  if (adapter && (device !== 'gpu' || !adapter.info.isFallbackAdapter)) return adapter
  const missing = { auto: 'adapter', cpu: 'adapter that computes in software', gpu: 'GPU' }[device as 'auto']
  throw new UserError(
    `Engine eager:webgpu finds no ${missing} here: it needs a driver for ${DRIVERS[process.platform] ?? 'WebGPU'}; engine eager:cpu needs none.`,
  )
}

const DRIVERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'Vulkan, such as `apt-get install mesa-vulkan-drivers` installs',
  darwin: 'Metal',
  win32: 'Direct3D 12',
}

/** Limits that tfjs' shaders and buffers need to be raised. All others stay at WebGPU's minimum. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
]

async function register(adapter: Adapter, kind: 'cpu' | 'gpu'): Promise<EagerBackend> {
  const {
    gpu,
    package: { WebGPUBackend },
    versions,
  } = loaded!
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]!]))
  const device = await adapter.requestDevice({ requiredLimits })
  let failure: string | undefined
  device.onuncapturederror = ({ error }) => {
    failure ??= error.message
  }
  device.lost.then(({ message }) => {
    failure ??= message
  })
  const backend = withNavigator({ gpu }, () => new WebGPUBackend(device, adapter.info))
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu')
  tf.registerBackend('webgpu', () => backend, LAST_CHOICE)
  return {
    name: 'webgpu',
    device: kind,
    versions,
    check() {
      if (failure !== undefined) throw new UserError(`WebGPU failed: ${failure.split('\n')[0]!.replace(/\.$/, '')}.`)
    },
  }
}

/** Priority of the backend. tfjs' plain backend has 1, so tfjs never chooses this one by itself. */
const LAST_CHOICE = 0

/**
 * Defines `navigator` while `work` runs, because tfjs looks for WebGPU where browsers have it. A permanent one would
 * keep Node running.
 */
function withNavigator<Result>(navigator: object, work: () => Result): Result {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true })
  try {
    return work()
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before)
    else Reflect.deleteProperty(globalThis, 'navigator')
  }
}
