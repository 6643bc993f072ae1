/** Loads libraries of C functions. */
import koffi from 'koffi'

export type SharedLibrary = ReturnType<typeof koffi.load>

/** RTLD_LAZY of dlfcn.h. */
const LAZY = 1

/**
 * Loads a library for as long as the process lives. koffi unloads what it has loaded before the process has ended, and
 * then threads of the library, and what it has registered for the end, would be where nothing is any more.
 */
export function loadForGood(file: string): SharedLibrary {
  const library = koffi.load(file)
  if (process.platform === 'win32') koffi.load('kernel32.dll').func('void *__stdcall LoadLibraryW(str16 file)')(file)
  else koffi.load(null).func('void *dlopen(const char *file, int flags)')(file, LAZY)
  return library
}
