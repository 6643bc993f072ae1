/** Sessions of ONNX Runtime, and runs that are prepared once over arrays at fixed addresses. */
import { koffi } from '../../../base/koffi.js'
import type { Shape } from '../../../base/shape.js'
import type { DType } from '../graph/value.js'
import { check, created, ERRORS_ONLY, type Handle, type OnnxRuntime, openOnnxRuntime } from './c-api.js'
import { ELEMENT } from './model-writer.js'

export interface SessionOptions {
  readonly threads: number
  /** True if the runtime may optimize the graph; default true. */
  readonly rewrites?: boolean
  /** Turns off the memory plan for a whole run, which takes as much memory again as the run itself. */
  readonly sparing?: boolean
  /** Entries of onnxruntime_session_options_config_keys.h. */
  readonly config?: Readonly<Record<string, string>>
  /** Prefix of the file for the times of operators, which is written when the session is released. */
  readonly profile?: string | undefined
}

/** An array that a run reads or writes. */
export interface PlacedTensor {
  readonly dtype: DType
  readonly shape: Shape
  readonly values: Float32Array | Int32Array | Uint8Array
}

/** Tensors by their names in the model. */
export type PlacedTensors = Readonly<Record<string, PlacedTensor>>

/** GraphOptimizationLevel. */
const NO_REWRITING = 0
const ALL_REWRITING = 99

/** OrtAllocatorType, OrtMemType. */
const ARENA_ALLOCATOR = 1
const DEFAULT_MEMORY = 0

export class OnnxSession {
  /** The bindings of runs. Their arrays stay alive until the session is released: the runtime knows only addresses. */
  readonly #bound: { readonly binding: Handle; readonly tensors: readonly PlacedTensors[] }[] = []

  private constructor(
    private readonly runtime: OnnxRuntime,
    private readonly session: Handle,
  ) {}

  /** Creates a session on another thread. */
  static async create(model: Uint8Array, options: SessionOptions): Promise<OnnxSession> {
    const runtime = openOnnxRuntime()
    const { call, env } = runtime
    const handle = newOptions(runtime, options)
    try {
      const session = new BigUint64Array(1)
      await aside(call, call.CreateSessionFromArray, env, model, model.length, handle, session)
      return new OnnxSession(runtime, session[0]!)
    } finally {
      call.ReleaseSessionOptions(handle)
    }
  }

  /** Prepares a run that reads and writes these arrays. */
  prepare(inputs: PlacedTensors, outputs: PlacedTensors): PreparedRun {
    const { call } = this.runtime
    const binding = created(call, (out) => call.CreateIoBinding(this.session, out))
    this.#bound.push({ binding, tensors: [inputs, outputs] })
    const memory = created(call, (out) => call.CreateCpuMemoryInfo(ARENA_ALLOCATOR, DEFAULT_MEMORY, out))
    const bindAll = (bind: typeof call.BindInput, tensors: PlacedTensors) => {
      for (const [name, { dtype, shape, values }] of Object.entries(tensors)) {
        const place = [koffi.address(values), values.byteLength, BigInt64Array.from(shape, BigInt), shape.length]
        const value = created(call, (out) => call.CreateTensorWithDataAsOrtValue(memory, ...place, ELEMENT[dtype], out))
        const status = bind(binding, name, value)
        call.ReleaseValue(value) // the binding holds a reference
        check(call, status)
      }
    }
    try {
      bindAll(call.BindInput, inputs)
      bindAll(call.BindOutput, outputs)
    } finally {
      call.ReleaseMemoryInfo(memory)
    }
    return new PreparedRun(this.runtime, this.session, binding)
  }

  /** Frees the session and all its prepared runs. */
  release(): void {
    const { call } = this.runtime
    for (const { binding } of this.#bound.splice(0)) call.ReleaseIoBinding(binding)
    call.ReleaseSession(this.session)
  }
}

/** A run of a session, which must be alive. */
export class PreparedRun {
  constructor(
    private readonly runtime: OnnxRuntime,
    private readonly session: Handle,
    private readonly binding: Handle,
  ) {}

  run(): void {
    const { call } = this.runtime
    check(call, call.RunWithBinding(...this.arguments))
  }

  /** The arguments with which `RunWithBinding` runs it. */
  get arguments(): readonly [Handle, null, Handle] {
    return [this.session, null, this.binding]
  }
}

/** Throws an internal error with the message of the first status that has one, and clears all. */
export function checkAll(statuses: BigUint64Array): void {
  const { call } = openOnnxRuntime()
  const failed = [...statuses].filter((status) => status !== 0n)
  statuses.fill(0n)
  for (const status of failed.slice(1)) call.ReleaseStatus(status)
  if (failed.length > 0) check(call, failed[0]!)
}

function newOptions(
  { call }: OnnxRuntime,
  { threads, rewrites = true, sparing = false, config = {}, profile }: SessionOptions,
): Handle {
  const options = created(call, (out) => call.CreateSessionOptions(out))
  const statuses = [
    call.SetIntraOpNumThreads(options, threads),
    call.SetInterOpNumThreads(options, 1),
    ...(sparing ? [call.DisableMemPattern(options)] : []),
    call.SetSessionGraphOptimizationLevel(options, rewrites ? ALL_REWRITING : NO_REWRITING),
    call.SetSessionLogSeverityLevel(options, ERRORS_ONLY),
    ...Object.entries(config).map(([key, value]) => call.AddSessionConfigEntry(options, key, value)),
    ...(profile === undefined ? [] : [call.EnableProfiling(options, profile)]),
  ]
  for (const status of statuses) check(call, status)
  return options
}

/** Calls a function that returns a status, on another thread, and checks the status. */
async function aside(
  call: OnnxRuntime['call'],
  work: OnnxRuntime['call']['RunWithBinding'],
  ...values: unknown[]
): Promise<void> {
  const status = await new Promise<Handle | null>((resolve, reject) => {
    work.async(...values, (error: unknown, result: Handle | null) => (error ? reject(error) : resolve(result)))
  })
  check(call, status)
}
