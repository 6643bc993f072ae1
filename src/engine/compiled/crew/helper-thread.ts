/**
 * The second thread of a crew: sleeps until there is work, does its share, and sleeps again. Kernels arrive as messages,
 * which are read after it wakes.
 */
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { Chunks, type Kernel, type Shared } from './chunks.js'
import type { ForeignCalls } from './foreign.js'

/** The data that the thread is started with. */
export interface HelperData {
  readonly shared: Shared
  readonly port: MessagePort
}

/**
 * Kernels of a module over a memory, to be appended to the list in this order; or calls of a C function, which are one
 * kernel.
 */
export type AddedKernels =
  | { readonly module: WebAssembly.Module; readonly names: readonly string[]; readonly memory: WebAssembly.Memory }
  | { readonly calls: ForeignCalls }

const { shared, port } = workerData as HelperData
const chunks = new Chunks(shared)
const kernels: Kernel[] = []

/**
 * Works until the thread is terminated. This file has no `await` of its own: V8 crashes if a thread is terminated while
 * it evaluates a module that has one.
 */
async function work(): Promise<never> {
  for (;;) {
    // read the turn first: all kernels that it needs were sent before it was published
    const turn = chunks.awaitWork()
    for (let received = receiveMessageOnPort(port); received; received = receiveMessageOnPort(port)) {
      const added = received.message as AddedKernels
      if ('calls' in added) {
        const { foreignKernel } = await import('./foreign.js')
        kernels.push(foreignKernel(added.calls, kernels))
        continue
      }
      const { exports } = new WebAssembly.Instance(added.module, { env: { memory: added.memory } })
      kernels.push(...added.names.map((name) => exports[name] as Kernel))
    }
    chunks.work(kernels, turn)
  }
}

void work()
