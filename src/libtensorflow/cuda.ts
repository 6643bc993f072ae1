/** Queries NVIDIA's driver on this machine through its C API (cuda.h). */
import { cacheFolder } from '../base/cache-folder.js'
import { makeFolder } from '../base/make-folder.js'
import { reasonOf } from '../base/reason.js'
import { loadForGood, type SharedLibrary, setForLibraries } from '../base/shared-library.js'
import { kernelsFolder } from './installed.js'

export interface Cuda {
  /** Names of the devices; the index is the number of the device. */
  readonly devices: readonly string[]
  /** The CUDA version that the driver supports, `12.4`. */
  readonly driver?: string
  /** Why no device can be used, for the middle of a sentence. */
  readonly problem?: string
}

/** The packages of `train setup cuda` are for CUDA 12. */
const LEAST_DRIVER = 12
const DRIVER = 'libcuda.so.1'
const NAME_BYTES = 256

/**
 * Makes NVIDIA's driver keep compiled kernels in our cache, unless CUDA_CACHE_PATH names another folder: compiling them
 * may take half an hour. Must be called before the driver is first used, which is when it reads the variable.
 */
export function keepKernelsInCache(): void {
  if (!process.env.CUDA_CACHE_PATH) setForLibraries('CUDA_CACHE_PATH', kernelsFolder(cacheFolder()))
}

/** Queries the driver. Never throws. */
export async function findCuda(): Promise<Cuda> {
  const before = process.env.CUDA_CACHE_PATH
  keepKernelsInCache()
  let library: SharedLibrary
  try {
    library = loadForGood(DRIVER)
  } catch {
    // the process may be one that uses the library
    if (before === undefined) delete process.env.CUDA_CACHE_PATH
    return { devices: [], problem: 'no NVIDIA driver' }
  }
  try {
    const found = ask(library)
    // without the folder, the driver compiles again in each run
    if (found.devices.length > 0) await makeFolder(process.env.CUDA_CACHE_PATH!).catch(() => {})
    return found
  } catch (error) {
    return { devices: [], problem: `the NVIDIA driver cannot be used (${reasonOf(error)})` }
  }
}

function ask(library: SharedLibrary): Cuda {
  const init = library.func('int cuInit(unsigned int flags)')
  const getVersion = library.func('int cuDriverGetVersion(_Out_ int *version)')
  const getCount = library.func('int cuDeviceGetCount(_Out_ int *count)')
  const getName = library.func('int cuDeviceGetName(void *name, int length, int device)')
  const version = [0]
  getVersion(version)
  const driver = `${Math.floor(version[0]! / 1000)}.${Math.floor((version[0]! % 1000) / 10)}`
  if (version[0]! < LEAST_DRIVER * 1000) {
    return {
      devices: [],
      driver,
      problem: `the NVIDIA driver is too old: it supports CUDA ${driver}, but ${LEAST_DRIVER}.0 or newer is needed`,
    }
  }
  const code: number = init(0)
  const count = [0]
  if (code !== 0 || getCount(count) !== 0 || count[0] === 0) {
    return { devices: [], driver, problem: `the NVIDIA driver has no device (cuInit returned ${code})` }
  }
  const devices = Array.from({ length: count[0]! }, (_, device) => {
    const name = Buffer.alloc(NAME_BYTES)
    getName(name, NAME_BYTES, device)
    return name.toString('utf8', 0, Math.max(0, name.indexOf(0)))
  })
  return { devices, driver }
}
