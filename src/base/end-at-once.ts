/** Ends this process without the exit handlers of libraries, which may wait for ever. */
import { koffi } from './koffi.js'

/** Does not return. All output must have been written. */
export function endAtOnce(code: number): never {
  if (process.platform === 'win32') koffi.load('kernel32.dll').func('void __stdcall ExitProcess(uint32 code)')(code)
  else koffi.load(null).func('void _exit(int code)')(code)
  throw new Error('internal: the process has not ended')
}
