/** NVIDIA's driver on this machine, asked by its own C API (cuda.h). */
import { makeFolder } from '../base/make-folder.js'
import { reasonOf } from '../base/reason.js'
import { loadForGood, type SharedLibrary, setForLibraries } from '../base/shared-library.js'
import { cacheFolder, kernelsFolder } from './installed.js'

export interface Cuda {
  /** Names of the devices, by their number. */
  readonly devices: readonly string[]
  /** The CUDA version that the driver supports, `12.4`. */
  readonly driver?: string
  /** Why there is none to use, for the middle of a sentence. */
  readonly problem?: string
}

/** The packages of `train setup cuda` are of CUDA 12. */
const LEAST_DRIVER = 12
const DRIVER = 'libcuda.so.1'
const NAME_BYTES = 256

/**
 * Has NVIDIA's driver keep the kernels that it compiles, which may take half an hour, in our cache, unless CUDA_CACHE_PATH
 * names another place. It reads that when it is first used.
 */
export function keepKernelsInCache(): void {
  if (!process.env.CUDA_CACHE_PATH) setForLibraries('CUDA_CACHE_PATH', kernelsFolder(cacheFolder()))
}

/** What the driver says; never an error. */
export async function findCuda(): Promise<Cuda> {
  keepKernelsInCache()
  let library: SharedLibrary
  try {
    library = loadForGood(DRIVER)
  } catch {
    return { devices: [], problem: 'no NVIDIA driver' }
  }
  try {
    const found = ask(library)
    // without it the driver compiles again in each run
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
      problem: `the NVIDIA driver is too old, it supports CUDA ${driver} and ${LEAST_DRIVER}.0 or newer is needed: install a newer driver`,
    }
  }
  const code: number = init(0)
  const count = [0]
  if (code !== 0 || getCount(count) !== 0 || count[0] === 0) {
    return { devices: [], driver, problem: `the NVIDIA driver has no device (cuInit gave ${code})` }
  }
  const devices = Array.from({ length: count[0]! }, (_, device) => {
    const name = Buffer.alloc(NAME_BYTES)
    getName(name, NAME_BYTES, device)
    return name.toString('utf8', 0, Math.max(0, name.indexOf(0)))
  })
  return { devices, driver }
}
