/**
 * Writes HDF5 files, in a thread that ends with the file: the library, as WebAssembly, keeps the memory that it once
 * needed.
 */
import { Worker } from 'node:worker_threads'
import type { Shape } from '../../base/shape.js'

/** A group of a file with the attribute `name`, and its datasets, which are numbered from 0. */
export interface Hdf5Group {
  readonly path: string
  readonly name: string
  readonly datasets: readonly { readonly shape: Shape; readonly values: Float32Array }[]
}

/** Returns the bytes of a file with these groups. Equal groups give equal bytes. */
export function hdf5File(groups: readonly Hdf5Group[]): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./hdf5-thread.js', import.meta.url), { workerData: groups })
    worker.once('message', (bytes: Uint8Array) => {
      resolve(bytes)
      void worker.terminate()
    })
    worker.once('error', reject)
  })
}
