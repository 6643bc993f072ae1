/** Shows that work is under way, only on a terminal. */
import ora from 'ora'
import type { Progress } from '../base/progress.js'
import { formatDuration } from '../report/numbers.js'
import { type Io, mayColor, mayRedraw } from './io.js'

/** Seconds in which the time that is left cannot be guessed yet. */
const WITHOUT_GUESS = 2

/**
 * Shows `text` with a spinner until `work` ends, with a percentage and the time that is left if the work reports
 * progress. Then erases the line.
 */
export async function withSpinner<T>(
  text: string,
  io: Pick<Io, 'stderr' | 'env'>,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  // in a window that reports no size, ora would erase rows without end
  const stream = io.stderr
  const isSilent = !mayRedraw(io, stream) || stream.columns === 0
  const color = mayColor(io, stream) ? 'cyan' : false
  const spinner = ora({ text, stream, color, isSilent, discardStdin: false }).start()
  try {
    // let it draw once before work that keeps the thread busy
    await new Promise((resolve) => setImmediate(resolve))
    const began = performance.now()
    return await work((done, of) => {
      const seconds = (performance.now() - began) / 1000
      const left = seconds < WITHOUT_GUESS ? '' : `, ${formatDuration((seconds * (of - done)) / done)} left`
      spinner.text = `${text}: ${Math.floor((100 * done) / of)}%${left}`
    })
  } finally {
    spinner.stop()
  }
}
