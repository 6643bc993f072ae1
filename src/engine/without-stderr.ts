/** Keeps native libraries, which write to standard error of their own accord, from doing so. */
import { koffi } from '../base/koffi.js'

const STDERR = 2
const WRITE_ONLY = 1

/** The file behind standard error is exchanged meanwhile: first log lines of libraries heed no setting. */
export function withoutStderr<Result>(work: () => Result): Result {
  if (process.platform === 'win32') return work() // no such functions there
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
