/**
 * Engines by their name in a spec and on the command line. An engine's code is loaded only when the engine is opened.
 */
import { areSeveral } from '../base/devices.js'
import { UserError } from '../base/issue.js'
import { reasonOf } from '../base/reason.js'
import { CUDA_SETUP_HINT, locateTensorflow } from '../libtensorflow/locate.js'
import type { EngineName } from '../spec/spec.js'
import { DEFAULT_REQUEST, type Engine, type EngineRequest } from './engine.js'
import { type Arithmetic, faster } from './faster.js'
import type { Hosts } from './group.js'

export type RealEngine = Exclude<EngineName, 'auto'>

const ENGINES: { readonly [Name in RealEngine]: (request: EngineRequest) => Promise<Engine> } = {
  onnx: async (request) => {
    requireProcessor('onnx', request)
    return (await import('./compiled/onnx/engine.js')).openOnnx()
  },
  tensorflow: async (request) => (await import('./compiled/tensorflow/engine.js')).openTensorflow(request),
  'eager:cpu': async (request) => {
    requireProcessor('eager:cpu', request)
    return (await import('./eager/cpu.js')).openCpu()
  },
  'eager:tensorflow': async (request) => {
    requireFloat32('eager:tensorflow', request)
    return (await import('./eager/tensorflow.js')).openEagerTensorflow(request)
  },
  'eager:webgpu': async (request) => {
    requireFloat32('eager:webgpu', request)
    return (await import('./eager/webgpu.js')).openWebgpu(request)
  },
}

/** Names of all engines, whether or not they work on this machine. */
export const ENGINE_NAMES = Object.keys(ENGINES) as readonly RealEngine[]

/**
 * Opens an engine. For `auto` the note is a line that names the chosen engine and says why others were not. On a processor
 * with several engines, the arithmetic of the model decides; it is asked for only then. Without it, tensorflow is taken.
 */
export async function openEngine(
  name: EngineName,
  request: EngineRequest = DEFAULT_REQUEST,
  arithmetic?: () => Promise<Arithmetic>,
): Promise<{ engine: Engine; note?: string }> {
  const reasons: string[] = []
  const chosen = request.hosts ? engineOfHosts(name, request.hosts) : name
  requireOneDevice(chosen, request)
  if (chosen !== 'auto') {
    const engine = await ENGINES[chosen](request)
    return { engine, ...(engine.notGpu !== undefined && { note: noteOf(engine, [engine.notGpu]) }) }
  }
  const engine =
    (await tensorflowIfSetUp(request, reasons, arithmetic)) ??
    (await onnxIfLoadable(request, reasons)) ??
    (await ENGINES['eager:cpu'](request))
  return { engine, note: noteOf(engine, reasons) }
}

function noteOf({ name, device, compiled }: Engine, reasons: readonly string[]): string {
  const slow = compiled ? '' : ', which is slow'
  const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`
  return `Engine ${name} on ${device}${slow}${why}.`
}

/**
 * Opens engine tensorflow if it is set up, and if it computes on a GPU or is the faster one. If the request needs it (a GPU
 * or another precision), errors of opening it are thrown; otherwise they become reasons.
 */
async function tensorflowIfSetUp(
  request: EngineRequest,
  reasons: string[],
  arithmetic: (() => Promise<Arithmetic>) | undefined,
): Promise<Engine | undefined> {
  const { device, precision } = request
  const needed = device.startsWith('gpu') || areSeveral(device) || precision !== 'float32'
  if (needed) return ENGINES.tensorflow(request)
  try {
    const library = locateTensorflow(process.env, { onlySetUp: true })
    const gpu = request.device === 'auto' ? await (await import('../libtensorflow/cuda.js')).findCuda() : null
    if (gpu?.problem !== undefined) reasons.push(gpu.problem)
    if (!library) {
      reasons.push('tensorflow is not set up')
      return undefined
    }
    const mayBeOnGpu = gpu !== null && gpu.problem === undefined
    if (mayBeOnGpu && !library.cuda) reasons.push(`the library has no CUDA support; ${CUDA_SETUP_HINT}`)
    if (!(mayBeOnGpu && library.cuda) && arithmetic) {
      const { name, reason } = faster(await arithmetic())
      reasons.push(reason)
      if (name !== 'tensorflow') return undefined
    }
    const engine = await (await import('./compiled/tensorflow/engine.js')).openTensorflow(request, library)
    if (engine.notGpu !== undefined && gpu?.problem === undefined) reasons.push(engine.notGpu)
    return engine
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    reasons.push(`not tensorflow: ${withoutStop(error.message)}`)
  }
  return undefined
}

async function onnxIfLoadable(request: EngineRequest, reasons: string[]): Promise<Engine | undefined> {
  try {
    return await ENGINES.onnx(request)
  } catch (error) {
    reasons.push(`not onnx: ${withoutStop(reasonOf(error))}`)
    return undefined
  }
}

const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '')

/** The engine that computes on several hosts. Throws a UserError if another one is named. */
function engineOfHosts(name: EngineName, { addresses }: Hosts): RealEngine {
  if (name === 'auto' || name === 'tensorflow') return 'tensorflow'
  throw new UserError(
    `Only engine tensorflow computes on several hosts, of which there are ${addresses.length} here; the spec has engine ${name}.`,
  )
}

/** Throws a UserError if several devices are asked for on an engine that has one. */
function requireOneDevice(name: EngineName, { device }: EngineRequest): void {
  if (name === 'auto' || name === 'tensorflow' || !areSeveral(device)) return
  throw new UserError(
    `Engine ${name} computes on one device, but device ${device} is asked for: use engine tensorflow, or one device.`,
  )
}

function requireProcessor(name: RealEngine, request: EngineRequest): void {
  if (request.device.startsWith('gpu')) {
    throw new UserError(
      `Engine ${name} computes on the processor only, but device ${request.device} is asked for: use engine tensorflow.`,
    )
  }
  requireFloat32(name, request)
}

function requireFloat32(name: RealEngine, { precision }: EngineRequest): void {
  if (precision === 'float32') return
  throw new UserError(
    `Engine ${name} computes in float32 only, but precision ${precision} is asked for: use engine tensorflow.`,
  )
}
