/** Shows that work is under way; on a terminal only. */
import ora from 'ora'

/** Says how much of the work is done. */
export type Progress = (done: number, of: number) => void

/** `text` with a spinner until `work` ends, and with a percentage where the work says how far it is; the line is gone afterwards. */
export async function withSpinner<T>(
  text: string,
  stream: NodeJS.WriteStream,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  // in a window that tells no size ora would erase rows without end
  const isSilent = !stream.isTTY || stream.columns === 0
  const spinner = ora({ text, stream, isSilent, discardStdin: false }).start()
  try {
    // let it be drawn once before work that keeps the thread busy
    await new Promise((resolve) => setImmediate(resolve))
    return await work((done, of) => {
      spinner.text = `${text}: ${Math.floor((100 * done) / of)}%`
    })
  } finally {
    spinner.stop()
  }
}
