/**
 * Handles signals in a thread other than the main one, although Node delivers them to the main thread only. It runs a
 * loop of libuv, the library under Node, whose functions Node exports (https://docs.libuv.org/en/v1.x/signal.html).
 */
import { koffi } from '../base/koffi.js'

/** `UV_SIGNAL` of `uv_handle_type`, and `UV_RUN_NOWAIT` of `uv_run_mode`, in libuv 1. */
const SIGNAL_HANDLE = 16
const RUN_NOWAIT = 2
/** Time between two looks at the loop. */
const EVERY_MS = 50

/** Calls `hear` with the number of each of these signals that arrives. Returns a function that stops it. */
export function hearSignals(numbers: readonly number[], hear: (number: number) => void): () => void {
  const node = koffi.load(process.platform === 'win32' ? process.execPath : null)
  const heard = koffi.pointer(koffi.proto('void SignalHeard(void *handle, int number)'))
  /** A function of libuv that returns a size, or a negative number for an error, which is thrown. */
  const call = (name: string, result: string, ...types: (string | typeof heard)[]) => {
    const run = node.func(name, result, types)
    return (...args: unknown[]): number => {
      const status: number = run(...args)
      if (status < 0) throw new Error(`${name} of libuv gives ${status}`)
      return status
    }
  }
  const loopSize = call('uv_loop_size', 'size_t')
  const handleSize = call('uv_handle_size', 'size_t', 'int')
  const initLoop = call('uv_loop_init', 'int', 'void *')
  const run = call('uv_run', 'int', 'void *', 'int')
  const closeLoop = call('uv_loop_close', 'int', 'void *')
  const initSignal = call('uv_signal_init', 'int', 'void *', 'void *')
  const start = call('uv_signal_start', 'int', 'void *', heard, 'int')
  const close = node.func('uv_close', 'void', ['void *', 'void *'])

  const loop = koffi.alloc('uint8_t', loopSize())
  initLoop(loop)
  const callback = koffi.register((_: unknown, number: number) => hear(number), heard)
  const handles = numbers.map((number) => {
    const handle = koffi.alloc('uint8_t', handleSize(SIGNAL_HANDLE))
    initSignal(loop, handle)
    start(handle, callback, number)
    return handle
  })
  const timer = setInterval(() => run(loop, RUN_NOWAIT), EVERY_MS)
  return () => {
    clearInterval(timer)
    for (const handle of handles) close(handle, null)
    run(loop, RUN_NOWAIT)
    closeLoop(loop)
    koffi.unregister(callback)
    for (const memory of [...handles, loop]) koffi.free(memory)
  }
}
