/** A TensorFlow session to which graphs are added, and runs that are prepared once. */

import { UserError } from '../../../base/issue.js'
import { koffi } from '../../../base/koffi.js'
import type { Shape } from '../../../base/shape.js'
import type { Handle, Tensorflow } from './c-api.js'
import { DATA_TYPE, type DataType } from './graph-def.js'

/** TF_RESOURCE_EXHAUSTED of tsl/c/tsl_status.h. */
const OUT_OF_MEMORY = 8
const OUTPUT_BYTES = 16

/** A failed call with TensorFlow's message. It counts as an internal error unless the caller handles it. */
export class TensorflowFailure extends Error {
  constructor(
    readonly code: number,
    readonly words: string,
  ) {
    super(`internal: TensorFlow: ${words}`)
  }
}

/** A tensor allocated by TensorFlow, and a view of its numbers. */
export interface FedTensor<Values> {
  readonly handle: Handle
  readonly values: Values
}

/** The arguments of a run: its feeds, fetches and targets. */
export interface PreparedRun {
  readonly inputs: Buffer
  readonly values: BigUint64Array
  readonly outputs: Buffer
  readonly results: BigUint64Array
  readonly targets: BigUint64Array
}

export class TensorflowSession {
  readonly #status: Handle
  readonly #graph: Handle
  readonly #session: Handle

  constructor(
    private readonly tensorflow: Tensorflow,
    config: Uint8Array,
    /** Address of the server of this process, for graphs that other hosts compute too. */
    target?: string,
  ) {
    const { call } = tensorflow
    this.#status = call.TF_NewStatus()
    this.#graph = call.TF_NewGraph()
    const options = call.TF_NewSessionOptions()
    try {
      call.TF_SetConfig(options, config, config.length, this.#status)
      this.#check()
      if (target !== undefined) call.TF_SetTarget(options, target)
      this.#session = tensorflow.quietly(() => call.TF_NewSession(this.#graph, options, this.#status))
      this.#check()
    } catch (error) {
      this.#free()
      throw error
    } finally {
      call.TF_DeleteSessionOptions(options)
    }
  }

  /** Adds the nodes of a GraphDef. */
  add(graph: Uint8Array): void {
    const { call } = this.tensorflow
    const definition = call.TF_NewBufferFromString(graph, graph.length)
    const options = call.TF_NewImportGraphDefOptions()
    call.TF_GraphImportGraphDef(this.#graph, definition, options, this.#status)
    call.TF_DeleteImportGraphDefOptions(options)
    call.TF_DeleteBuffer(definition)
    this.#check()
  }

  /** Allocates a tensor to feed. Its numbers may be written before each run. */
  tensor(type: DataType, shape: Shape, bytes: number): FedTensor<ArrayBuffer> {
    const { call } = this.tensorflow
    const handle: Handle = call.TF_AllocateTensor(
      DATA_TYPE[type],
      BigInt64Array.from(shape, BigInt),
      shape.length,
      bytes,
    )
    return { handle, values: bytes === 0 ? new ArrayBuffer(0) : koffi.view(call.TF_TensorData(handle), bytes) }
  }

  /** Types of the devices that the session can use: `CPU`, `GPU`. */
  deviceTypes(): string[] {
    const { call } = this.tensorflow
    const devices = call.TF_SessionListDevices(this.#session, this.#status)
    this.#check()
    const count: number = call.TF_DeviceListCount(devices)
    const types = Array.from({ length: count }, (_, index): string =>
      call.TF_DeviceListType(devices, index, this.#status),
    )
    call.TF_DeleteDeviceList(devices)
    return types
  }

  free(handle: Handle): void {
    this.tensorflow.call.TF_DeleteTensor(handle)
  }

  prepare(
    feeds: readonly (readonly [string, Handle])[],
    fetches: readonly string[],
    targets: readonly string[],
  ): PreparedRun {
    return {
      inputs: this.#outputs(feeds.map(([name]) => name)),
      values: BigUint64Array.from(feeds, ([, handle]) => handle),
      outputs: this.#outputs(fetches),
      results: new BigUint64Array(fetches.length),
      targets: BigUint64Array.from(targets, (name) => this.#operation(name)),
    }
  }

  /** Runs on another thread. `use` is called with the numbers of each fetch in turn, which are freed afterwards. */
  async run(prepared: PreparedRun, use: (index: number, numbers: Float32Array) => void = () => {}): Promise<void> {
    const { call } = this.tensorflow
    const { inputs, values, outputs, results, targets } = prepared
    if (results.length + targets.length === 0) return
    results.fill(0n)
    await new Promise<void>((resolve, reject) => {
      call.TF_SessionRun.async(
        ...[this.#session, null, inputs, values, values.length, outputs, results, results.length],
        ...[targets, targets.length, null, this.#status],
        (error: unknown) => (error ? reject(error) : resolve()),
      )
    })
    this.#checkRun()
    for (const [index, handle] of results.entries()) {
      const bytes = Number(call.TF_TensorByteSize(handle))
      use(index, bytes === 0 ? new Float32Array() : new Float32Array(koffi.view(call.TF_TensorData(handle), bytes)))
      call.TF_DeleteTensor(handle)
    }
  }

  close(): void {
    const { call } = this.tensorflow
    call.TF_CloseSession(this.#session, this.#status)
    call.TF_DeleteSession(this.#session, this.#status)
    this.#free()
  }

  #free(): void {
    const { call } = this.tensorflow
    call.TF_DeleteGraph(this.#graph)
    call.TF_DeleteStatus(this.#status)
  }

  #operation(name: string): Handle {
    const found: Handle | null = this.tensorflow.call.TF_GraphOperationByName(this.#graph, name)
    if (!found) throw new Error(`internal: TensorFlow's graph has no ${name}`)
    return found
  }

  /**
   * Makes an array of TF_Output { TF_Operation *oper; int index }. The name `name:1` means the second output of a node.
   */
  #outputs(names: readonly string[]): Buffer {
    const buffer = Buffer.alloc(Math.max(1, names.length) * OUTPUT_BYTES)
    for (const [at, name] of names.entries()) {
      const [operation, index = '0'] = name.split(':')
      buffer.writeBigUInt64LE(this.#operation(operation!), at * OUTPUT_BYTES)
      buffer.writeInt32LE(Number(index), at * OUTPUT_BYTES + 8)
    }
    return buffer
  }

  #check(): void {
    const code: number = this.tensorflow.call.TF_GetCode(this.#status)
    if (code !== 0) throw new TensorflowFailure(code, wordsOf(this.tensorflow.call.TF_Message(this.#status)))
  }

  #checkRun(): void {
    try {
      this.#check()
    } catch (error) {
      if (!(error instanceof TensorflowFailure && error.code === OUT_OF_MEMORY)) throw error
      throw new UserError(
        `There is too little memory for this step; a smaller fit.batch_size takes less (${error.words}).`,
      )
    }
  }
}

/** The first line that says something: the one before it may only name a task. */
const wordsOf = (message: string): string =>
  message.split('\n').find((line) => !line.startsWith('From /job:')) ?? message
