/** Loads C libraries, and sets environment variables for them. */
import { koffi } from './koffi.js'

export type SharedLibrary = ReturnType<typeof koffi.load>

/** RTLD_LAZY of dlfcn.h. */
const LAZY = 1

/**
 * Loads a library for the whole life of the process. koffi alone would unload it before the process has ended; threads
 * and exit handlers of the library would then run code that is gone.
 */
export function loadForGood(file: string): SharedLibrary {
  const library = koffi.load(file)
  if (process.platform === 'win32') koffi.load('kernel32.dll').func('void *__stdcall LoadLibraryW(str16 file)')(file)
  else koffi.load(null).func('void *dlopen(const char *file, int flags)')(file, LAZY)
  return library
}

/**
 * Sets an environment variable for libraries that are not loaded yet, and for processes that start later. In any thread
 * but the first, `process.env` is a copy that libraries do not see.
 */
export function setForLibraries(name: string, value: string): void {
  process.env[name] = value
  if (process.platform === 'win32') {
    koffi.load('kernel32.dll').func('bool __stdcall SetEnvironmentVariableW(str16 name, str16 value)')(name, value)
  } else koffi.load(null).func('int setenv(const char *name, const char *value, int overwrite)')(name, value, 1)
}
