/** The part of TensorFlow's C API (tensorflow/c/c_api.h, tf_tensor.h) that a session needs. Handles are addresses. */
import { UserError } from '../../../base/issue.js'
import { reasonOf } from '../../../base/reason.js'
import { loadForGood, setForLibraries } from '../../../base/shared-library.js'
import { cutShort } from '../../../libtensorflow/elf.js'
import type { TensorflowLibrary } from '../../../libtensorflow/locate.js'
import { withoutStderr } from '../../without-stderr.js'

export type Handle = bigint

const FUNCTIONS = {
  TF_NewStatus: 'void *TF_NewStatus()',
  TF_DeleteStatus: 'void TF_DeleteStatus(void *status)',
  TF_GetCode: 'int TF_GetCode(void *status)',
  TF_Message: 'const char *TF_Message(void *status)',
  TF_NewGraph: 'void *TF_NewGraph()',
  TF_DeleteGraph: 'void TF_DeleteGraph(void *graph)',
  TF_NewBufferFromString: 'void *TF_NewBufferFromString(const void *proto, size_t length)',
  TF_DeleteBuffer: 'void TF_DeleteBuffer(void *buffer)',
  TF_NewImportGraphDefOptions: 'void *TF_NewImportGraphDefOptions()',
  TF_DeleteImportGraphDefOptions: 'void TF_DeleteImportGraphDefOptions(void *options)',
  TF_GraphImportGraphDef: 'void TF_GraphImportGraphDef(void *graph, void *definition, void *options, void *status)',
  TF_GraphOperationByName: 'void *TF_GraphOperationByName(void *graph, const char *name)',
  TF_NewSessionOptions: 'void *TF_NewSessionOptions()',
  TF_DeleteSessionOptions: 'void TF_DeleteSessionOptions(void *options)',
  TF_SetConfig: 'void TF_SetConfig(void *options, const void *proto, size_t length, void *status)',
  TF_NewSession: 'void *TF_NewSession(void *graph, void *options, void *status)',
  TF_SetTarget: 'void TF_SetTarget(void *options, const char *target)',
  TF_NewServer: 'void *TF_NewServer(const void *proto, size_t length, void *status)',
  TF_ServerStart: 'void TF_ServerStart(void *server, void *status)',
  TF_ServerTarget: 'const char *TF_ServerTarget(void *server)',
  TF_CloseSession: 'void TF_CloseSession(void *session, void *status)',
  TF_DeleteSession: 'void TF_DeleteSession(void *session, void *status)',
  TF_SessionListDevices: 'void *TF_SessionListDevices(void *session, void *status)',
  TF_DeviceListCount: 'int TF_DeviceListCount(void *list)',
  TF_DeviceListType: 'const char *TF_DeviceListType(void *list, int index, void *status)',
  TF_DeleteDeviceList: 'void TF_DeleteDeviceList(void *list)',
  TF_AllocateTensor: 'void *TF_AllocateTensor(int type, const int64_t *dims, int rank, size_t bytes)',
  TF_DeleteTensor: 'void TF_DeleteTensor(void *tensor)',
  TF_TensorData: 'void *TF_TensorData(void *tensor)',
  TF_TensorByteSize: 'size_t TF_TensorByteSize(void *tensor)',
  // arrays of TF_Output, tensors and operations are buffers that are reused, so that a call converts nothing
  TF_SessionRun:
    'void TF_SessionRun(void *session, void *options, void *inputs, void *values, int inputs_count, void *outputs, void *results, int outputs_count, void *targets, int targets_count, void *metadata, void *status)',
} as const

type FunctionName = keyof typeof FUNCTIONS

// biome-ignore lint/suspicious/noExplicitAny: arguments of C functions
type Foreign = ((...values: any[]) => any) & { async: (...values: any[]) => void }

export interface Tensorflow {
  readonly version: string
  readonly call: Readonly<Record<FunctionName, Foreign>>
  /** Runs work during which the library writes to standard error; hides that output unless logs are wanted. */
  quietly<Result>(work: () => Result): Result
}

const LEAST_VERSION = [2, 9] as const

let opened: { readonly file: string; readonly tensorflow: Tensorflow } | undefined

/** Loads the library, once per process. Throws a UserError of one sentence if it cannot be used. */
export function openLibrary({ file }: TensorflowLibrary, logs: boolean): Tensorflow {
  if (opened?.file === file) return opened.tensorflow
  if (!logs) process.env.TF_CPP_MIN_LOG_LEVEL = '3'
  // each session has threads of its own, as many as its configuration says (local_device.cc)
  setForLibraries('TF_OVERRIDE_GLOBAL_THREADPOOL', '1')
  const quietly = logs ? <Result>(work: () => Result) => work() : withoutStderr
  const tensorflow = { ...quietly(() => load(file)), quietly }
  opened = { file, tensorflow }
  return tensorflow
}

function load(file: string): Omit<Tensorflow, 'quietly'> {
  const attempt = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw new UserError(`TensorFlow's library cannot be used: ${reasonOf(error)} (${file}).`)
    }
  }
  const cut = attempt(() => cutShort(file))
  if (cut !== undefined) throw new UserError(`TensorFlow's library cannot be used: the end of ${cut} is missing.`)
  const library = attempt(() => loadForGood(file))
  const version: string = attempt(() => library.func('const char *TF_Version()')())
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major !== LEAST_VERSION[0] || minor < LEAST_VERSION[1]) {
    throw new UserError(
      `TensorFlow's library has version ${version}, but ${LEAST_VERSION.join('.')} or newer is needed (${file}).`,
    )
  }
  const functions = Object.entries(FUNCTIONS).map(([name, type]) => [name, attempt(() => library.func(type))])
  return { version, call: Object.fromEntries(functions) }
}
