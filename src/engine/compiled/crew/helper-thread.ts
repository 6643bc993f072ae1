/**
 * The second thread of a crew: sleeps until there is work, does its share, and sleeps again. Modules arrive as
 * messages, which are read after it wakes.
 */
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { Chunks, type Kernel, type Shared } from './chunks.js'

/** The data that the thread is started with. */
export interface HelperData {
  readonly shared: Shared
  readonly memory: WebAssembly.Memory
  readonly port: MessagePort
}

/** Kernels of a module, to be appended to the list in this order. */
export interface AddedKernels {
  readonly module: WebAssembly.Module
  readonly names: readonly string[]
}

const { shared, memory, port } = workerData as HelperData
const chunks = new Chunks(shared)
const kernels: Kernel[] = []
for (;;) {
  // read the turn first: all kernels that it needs were sent before it was published
  const turn = chunks.awaitWork()
  for (let received = receiveMessageOnPort(port); received; received = receiveMessageOnPort(port)) {
    const { module, names } = received.message as AddedKernels
    const { exports } = new WebAssembly.Instance(module, { env: { memory } })
    kernels.push(...names.map((name) => exports[name] as Kernel))
  }
  chunks.work(kernels, turn)
}
