/**
 * The part of ONNX Runtime's C API (onnxruntime_c_api.h) that a session needs. The library is that of package
 * onnxruntime-node, which scripts/generated.js puts into generated/onnxruntime. It is called directly because the
 * package's own `run` copies each result into a new buffer, even if it is given one to write to; that would copy the
 * gradients of all weights in every step. Handles are addresses.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../../../base/issue.js'
import { koffi } from '../../../base/koffi.js'
import { reasonOf } from '../../../base/reason.js'
import { loadForGood, type SharedLibrary, setForLibraries } from '../../../base/shared-library.js'

export type Handle = bigint

/**
 * Index in the table of functions, to which new versions only append; type of the result; types of the parameters. A
 * status is a handle, null if there is no error.
 */
const FUNCTIONS = {
  GetErrorMessage: [2, 'const char *', ['void *']],
  CreateEnv: [3, 'void *', ['int', 'const char *', 'void *']],
  DisableTelemetryEvents: [6, 'void *', ['void *']],
  CreateSessionFromArray: [8, 'void *', ['void *', 'void *', 'size_t', 'void *', 'void *']],
  CreateSessionOptions: [10, 'void *', ['void *']],
  // the path has wide characters on Windows
  EnableProfiling: [14, 'void *', ['void *', process.platform === 'win32' ? 'str16' : 'const char *']],
  DisableMemPattern: [17, 'void *', ['void *']],
  SetSessionLogSeverityLevel: [22, 'void *', ['void *', 'int']],
  SetSessionGraphOptimizationLevel: [23, 'void *', ['void *', 'int']],
  SetIntraOpNumThreads: [24, 'void *', ['void *', 'int']],
  SetInterOpNumThreads: [25, 'void *', ['void *', 'int']],
  CreateTensorWithDataAsOrtValue: [49, 'void *', ['void *', 'void *', 'size_t', 'void *', 'size_t', 'int', 'void *']],
  CreateCpuMemoryInfo: [69, 'void *', ['int', 'int', 'void *']],
  ReleaseStatus: [93, 'void', ['void *']],
  ReleaseMemoryInfo: [94, 'void', ['void *']],
  ReleaseSession: [95, 'void', ['void *']],
  ReleaseValue: [96, 'void', ['void *']],
  ReleaseSessionOptions: [100, 'void', ['void *']],
  AddSessionConfigEntry: [130, 'void *', ['void *', 'const char *', 'const char *']],
  RunWithBinding: [133, 'void *', ['void *', 'void *', 'void *']],
  CreateIoBinding: [134, 'void *', ['void *', 'void *']],
  ReleaseIoBinding: [135, 'void', ['void *']],
  BindInput: [136, 'void *', ['void *', 'const char *', 'void *']],
  BindOutput: [137, 'void *', ['void *', 'const char *', 'void *']],
} as const

type FunctionName = keyof typeof FUNCTIONS

// biome-ignore lint/suspicious/noExplicitAny: arguments of C functions
type Foreign = ((...values: any[]) => any) & { async: (...values: any[]) => void }

export interface OnnxRuntime {
  readonly call: Readonly<Record<FunctionName, Foreign>>
  readonly addressOf: Readonly<Record<FunctionName, Handle>>
  readonly env: Handle
  readonly version: string
}

/** The version of the API to ask for. It has all of these functions, and newer libraries still provide it. */
const API_VERSION = 7
const POINTER_BYTES = 8

/** ORT_LOGGING_LEVEL_ERROR. */
export const ERRORS_ONLY = 3

/**
 * ONNX Runtime reports usage to Microsoft unless these variables are set when it is loaded: on Linux and macOS over the
 * network (core/platform/posix/telemetry.cc), on Windows as system events, where only the second variable counts. The
 * function for this, `DisableTelemetryEvents`, comes too late for the first event.
 */
const SILENT = { ORT_DISABLE_TELEMETRY: '1', ORT_RUNNING_UNIT_TESTS: '1' } as const

let opened: OnnxRuntime | undefined

/** Loads the library, once per process. Throws a UserError of one sentence if there is none that can be used. */
export function openOnnxRuntime(): OnnxRuntime {
  if (opened) return opened
  for (const [name, value] of Object.entries(SILENT)) setForLibraries(name, value)
  const base: Handle = load().func('void *OrtGetApiBase()')()
  const [getApi, getVersion]: [Handle, Handle] = koffi.decode(base, 0, 'void *', 2)
  const version: string = koffi.call(getVersion, koffi.proto('const char *', []))
  const api: Handle = koffi.call(getApi, koffi.proto('void *', ['uint32_t']), API_VERSION)
  const addresses = Object.entries(FUNCTIONS).map(([name, [place]]): [string, Handle] => [
    name,
    koffi.decode(api, place * POINTER_BYTES, 'void *'),
  ])
  const addressOf = Object.fromEntries(addresses) as OnnxRuntime['addressOf']
  const functions = Object.entries(FUNCTIONS).map(([name, [, result, parameters]]) => [
    name,
    koffi.decode(addressOf[name as FunctionName], koffi.proto(result, [...parameters])),
  ])
  const call = Object.fromEntries(functions) as OnnxRuntime['call']
  const env = created(call, (out) => call.CreateEnv(ERRORS_ONLY, 'trainspec', out))
  check(call, call.DisableTelemetryEvents(env))
  opened = { call, addressOf, env, version }
  return opened
}

/** Throws an internal error with the message of a status, unless it is null. */
export function check({ GetErrorMessage, ReleaseStatus }: OnnxRuntime['call'], status: Handle | null): void {
  if (status === null) return
  const message: string = GetErrorMessage(status)
  ReleaseStatus(status)
  throw new Error(`internal: ONNX Runtime: ${message}`)
}

/** Calls a function that writes a handle to its last argument, and returns the handle. */
export function created(call: OnnxRuntime['call'], create: (out: BigUint64Array) => Handle | null): Handle {
  const out = new BigUint64Array(1)
  check(call, create(out))
  return out[0]!
}

const LIBRARIES = fileURLToPath(new URL('../../../../generated/onnxruntime', import.meta.url))

/** Loads generated/onnxruntime/linux-x64/libonnxruntime.so.1, or the file of this platform. */
function load(): SharedLibrary {
  const system = `${process.platform}-${process.arch}`
  const systems = namesIn(LIBRARIES)
  const [name] = namesIn(join(LIBRARIES, system))
  if (name === undefined) {
    throw new UserError(
      systems.length === 0
        ? `Engine onnx has no ONNX Runtime: ${LIBRARIES} is missing. Install trainspec again; in a checkout run \`npm ci && npm run build\`.`
        : `Engine onnx has no ONNX Runtime for ${system}, only for ${systems.join(', ')}: use engine eager:cpu.`,
    )
  }
  const file = join(LIBRARIES, system, name)
  try {
    return loadForGood(file)
  } catch (error) {
    throw new UserError(`ONNX Runtime's library cannot be used: ${reasonOf(error)} (${file}).`)
  }
}

/** Sorted names in a folder; empty if it does not exist. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}
