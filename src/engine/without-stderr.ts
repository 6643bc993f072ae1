/** Hides what native libraries write to standard error. */
import { koffi } from '../base/koffi.js'

const STDERR = 2
const WRITE_ONLY = 1

/**
 * Runs `work` with the file descriptor of standard error redirected to /dev/null, because the first log lines of
 * libraries ignore all settings. Does nothing on Windows.
 */
export function withoutStderr<Result>(work: () => Result): Result {
  if (process.platform === 'win32') return work() // these functions do not exist there
  const library = koffi.load(null)
  const [dup, dup2, open, close] = [
    library.func('int dup(int file)'),
    library.func('int dup2(int file, int as)'),
    library.func('int open(const char *path, int flags)'),
    library.func('int close(int file)'),
  ]
  const kept: number = dup(STDERR)
  const nowhere: number = open('/dev/null', WRITE_ONLY)
  dup2(nowhere, STDERR)
  try {
    return work()
  } finally {
    dup2(kept, STDERR)
    close(nowhere)
    close(kept)
  }
}
