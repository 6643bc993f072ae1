/** Chooses the devices of engine `tensorflow`, from the request, the machine, and what TensorFlow can use. */
import { devicesIn } from '../../../base/devices.js'
import { UserError } from '../../../base/issue.js'
import { findCuda } from '../../../libtensorflow/cuda.js'
import { CUDA_SETUP_HINT, type TensorflowLibrary } from '../../../libtensorflow/locate.js'
import type { Device } from '../../../spec/engines.js'
import type { Tensorflow } from './c-api.js'
import { type SessionConfig, sessionConfig } from './config.js'
import { TensorflowFailure, TensorflowSession } from './session.js'

/** GPUs, or the processor, in one part or in several that compute like devices. */
export interface Place extends Pick<SessionConfig, 'gpus' | 'cpus'> {
  /** The reason why it is not a GPU, although device `auto` and a library with CUDA support let one expect it. */
  readonly notGpu?: string
}

/** Most parts of the processor that may compute like devices. */
const MOST_CPUS = 8

/** Chooses the devices from the library's files and the driver. Throws a UserError if there is no such device. */
export async function placeFor(device: Device, library: TensorflowLibrary): Promise<Place> {
  if (device.startsWith('cpu:')) return { cpus: cpusIn(device) }
  if (device === 'cpu' || (device === 'auto' && !library.cuda)) return {}
  const cuda = await findCuda()
  if (device === 'auto') return cuda.problem === undefined ? { gpus: [0] } : { notGpu: cuda.problem }
  if (cuda.problem !== undefined) throw new UserError(`There is no GPU to compute on: ${cuda.problem}.`)
  if (!library.cuda)
    throw new UserError(`TensorFlow's library here has no CUDA support (${library.file}); ${CUDA_SETUP_HINT}.`)
  const gpus = device === 'gpu' ? [0] : devicesIn(device).map(numberOf)
  const missing = gpus.filter((gpu) => gpu >= cuda.devices.length)
  if (missing.length > 0) {
    const names = cuda.devices.map((name, index) => `gpu:${index} (${name})`)
    throw new UserError(
      `There is no ${missing.map((gpu) => `gpu:${gpu}`).join(', no ')}: this machine has ${names.join(', ')}.`,
    )
  }
  return { gpus }
}

const numberOf = (device: string): number => Number(device.slice(device.indexOf(':') + 1))

/** The number of parts of the processor in a list of them. */
function cpusIn(device: Device): number {
  const parts = devicesIn(device)
  const missing = parts.filter((part) => numberOf(part) >= MOST_CPUS)
  if (missing.length > 0) {
    throw new UserError(
      `There is no ${missing.join(', no ')}: the processor can be divided into cpu:0 to cpu:${MOST_CPUS - 1}, to try out several devices.`,
    )
  }
  return parts.length
}

/** The name of a place in results, as a spec may have it. */
export function deviceOf({ gpus, cpus = 1 }: Place): string {
  if (gpus) return gpus.map((gpu) => `gpu:${gpu}`).join()
  return cpus > 1 ? Array.from({ length: cpus }, (_, index) => `cpu:${index}`).join() : 'cpu'
}

/** TensorFlow's names of the devices of a place. */
export function devicesOf({ gpus, cpus = 1 }: Place): readonly string[] {
  const kind = gpus ? 'GPU' : 'CPU'
  return Array.from({ length: gpus?.length ?? cpus }, (_, index) => `/device:${kind}:${index}`)
}

/**
 * Checks the choice by asking TensorFlow. If the GPU cannot be used, `auto` falls back to the processor; any other
 * request throws a UserError.
 */
export function placeThatWorks(
  place: Place,
  device: Device,
  tensorflow: Tensorflow,
  { file }: TensorflowLibrary,
): Place {
  if (place.gpus === undefined) return place
  const problem = problemOf(place.gpus, tensorflow, file)
  if (problem === undefined) return place
  if (device === 'auto') return { notGpu: problem }
  throw new UserError(`${problem}.`)
}

/**
 * Explains why GPUs cannot be used; undefined if they can. Opens a session to find out, which starts the driver, so the
 * next session opens quickly.
 */
function problemOf(gpus: readonly number[], tensorflow: Tensorflow, file: string): string | undefined {
  try {
    const session = new TensorflowSession(tensorflow, sessionConfig({ precision: 'float32', gpus }))
    const found = session.deviceTypes().filter((type) => type === 'GPU').length
    session.close()
    if (found >= gpus.length) return undefined
    const count = found === 0 ? 'no GPU' : `${found} of ${gpus.length} GPUs`
    return `TensorFlow finds ${count} with ${file}; --verbose 3 shows why`
  } catch (error) {
    if (!(error instanceof TensorflowFailure)) throw error
    return `TensorFlow cannot use ${deviceOf({ gpus })}: ${error.words}`
  }
}
