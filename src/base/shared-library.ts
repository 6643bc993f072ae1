/** Loads libraries of C functions, and sets what they read of the environment. */
import { koffi } from './koffi.js'

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

/**
 * Sets a variable of the environment for a library that is not loaded yet, and for processes started later. In a thread
 * other than the first `process.env` is a copy, which no library sees.
 */
export function setForLibraries(name: string, value: string): void {
  process.env[name] = value
  if (process.platform === 'win32') {
    koffi.load('kernel32.dll').func('bool __stdcall SetEnvironmentVariableW(str16 name, str16 value)')(name, value)
  } else koffi.load(null).func('int setenv(const char *name, const char *value, int overwrite)')(name, value, 1)
}
