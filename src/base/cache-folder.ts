/** The folder of files that are kept from one start of the program to the next. */
import envPaths from 'env-paths'

/** `~/.cache/trainspec`, `~/Library/Caches/trainspec`. On Linux, XDG_CACHE_HOME is respected. */
export const cacheFolder = (): string => envPaths('trainspec', { suffix: '' }).cache
