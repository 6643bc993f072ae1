/** Kernels that call C functions, for both threads of a crew. */
import { koffi } from '../../../base/koffi.js'
import type { Kernel, Task } from './chunks.js'

/** A call of the C function: its three pointers, of which null is the null pointer. */
type ForeignCall = readonly [bigint, bigint | null, bigint]

/** A call of a kernel of the crew. */
type KernelCall = Pick<Task, 'kernel' | 'arguments'>

/** Calls of one C function with three pointers, which returns a pointer, and of kernels of the crew between them. */
export interface ForeignCalls<Own extends KernelCall = KernelCall> {
  /** Address of the function. */
  readonly address: bigint
  /** Calls that follow one another. A sequence ends early if the function returns anything but the null pointer. */
  readonly sequences: readonly (readonly (ForeignCall | Own)[])[]
  /** Memory that threads share, for what the last call of each sequence returned: 0 is the null pointer. */
  readonly results: BigUint64Array<SharedArrayBuffer>
}

/** A library of every process. In a thread that has loaded none, koffi 3.3 crashes as it calls a function by its address. */
const ANY_LIBRARY = process.platform === 'win32' ? 'kernel32.dll' : null

/**
 * The kernel `(index, count)` makes the calls of so many sequences, from the one at an index on. `around` does the work of
 * each kernel of the crew, and may measure it.
 */
export function foreignKernel<Own extends KernelCall>(
  { address, sequences, results }: ForeignCalls<Own>,
  kernels: readonly Kernel[],
  around: (call: Own, work: () => void) => void = (_, work) => work(),
): Kernel {
  koffi.load(ANY_LIBRARY)
  const call = koffi.decode(address, koffi.proto('void *', ['void *', 'void *', 'void *']))
  const resultOf = (sequence: readonly (ForeignCall | Own)[]): bigint => {
    for (const one of sequence) {
      if ('kernel' in one) around(one, () => kernels[one.kernel]!(...one.arguments))
      else {
        const result: bigint | null = call(...one)
        if (result !== null) return result
      }
    }
    return 0n
  }
  return (index: number, count: number) => {
    for (let at = index; at < index + count; at++) results[at] = resultOf(sequences[at]!)
  }
}
