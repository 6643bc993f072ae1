/** Chooses the device of engine `tensorflow`, from the request, the machine, and what TensorFlow can use. */
import { UserError } from '../../../base/issue.js'
import { findCuda } from '../../../libtensorflow/cuda.js'
import { CUDA_SETUP_HINT, type TensorflowLibrary } from '../../../libtensorflow/locate.js'
import type { Device } from '../../../spec/engines.js'
import type { Tensorflow } from './c-api.js'
import { sessionConfig } from './config.js'
import { TensorflowFailure, TensorflowSession } from './session.js'

export interface Place {
  /** Number of the GPU; absent for the processor. */
  readonly gpu?: number
  /** The reason why it is not a GPU, although device `auto` and a library with CUDA support let one expect it. */
  readonly notGpu?: string
}

/** Chooses the device from the library's files and the driver. Throws a UserError if there is no such device. */
export async function placeFor(device: Device, library: TensorflowLibrary): Promise<Place> {
  if (device === 'cpu' || (device === 'auto' && !library.cuda)) return {}
  const cuda = await findCuda()
  if (device === 'auto') return cuda.problem === undefined ? { gpu: 0 } : { notGpu: cuda.problem }
  if (cuda.problem !== undefined) throw new UserError(`There is no GPU to compute on: ${cuda.problem}.`)
  if (!library.cuda)
    throw new UserError(`TensorFlow's library here has no CUDA support (${library.file}); ${CUDA_SETUP_HINT}.`)
  const gpu = device === 'gpu' ? 0 : Number(device.slice('gpu:'.length))
  if (gpu >= cuda.devices.length) {
    throw new UserError(
      `There is no gpu:${gpu}: this machine has ${cuda.devices.map((name, index) => `gpu:${index} (${name})`).join(', ')}.`,
    )
  }
  return { gpu }
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
  if (place.gpu === undefined) return place
  const problem = problemOf(place.gpu, tensorflow, file)
  if (problem === undefined) return place
  if (device === 'auto') return { notGpu: problem }
  throw new UserError(`${problem}.`)
}

/**
 * Explains why a GPU cannot be used; undefined if it can. Opens a session to find out, which starts the driver, so the
 * next session opens quickly.
 */
function problemOf(gpu: number, tensorflow: Tensorflow, file: string): string | undefined {
  try {
    const session = new TensorflowSession(tensorflow, sessionConfig({ precision: 'float32', gpu }))
    const types = session.deviceTypes()
    session.close()
    return types.includes('GPU') ? undefined : `TensorFlow finds no GPU with ${file}; --verbose 3 shows why`
  } catch (error) {
    if (!(error instanceof TensorflowFailure)) throw error
    return `TensorFlow cannot use gpu:${gpu}: ${error.words}`
  }
}
