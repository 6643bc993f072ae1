/** Kernels that call C functions, for both threads of a crew. */
import { koffi } from '../../../base/koffi.js'
import type { Kernel } from './chunks.js'

/** Calls of one C function with three pointers, which returns a pointer. */
export interface ForeignCalls {
  /** Address of the function. */
  readonly address: bigint
  /** The arguments of each call; null is the null pointer. */
  readonly arguments: readonly (readonly [bigint, bigint | null, bigint])[]
  /** Memory that threads share, for what each call returned: 0 is the null pointer. */
  readonly results: BigUint64Array<SharedArrayBuffer>
}

/** A library of every process. In a thread that has loaded none, koffi 3.3 crashes as it calls a function by its address. */
const ANY_LIBRARY = process.platform === 'win32' ? 'kernel32.dll' : null

/** The kernel `(index, count)` makes so many calls, from the one at an index on. */
export function foreignKernel({ address, arguments: given, results }: ForeignCalls): Kernel {
  koffi.load(ANY_LIBRARY)
  const call = koffi.decode(address, koffi.proto('void *', ['void *', 'void *', 'void *']))
  return (index: number, count: number) => {
    for (let at = index; at < index + count; at++) results[at] = call(...given[at]!) ?? 0n
  }
}
