/** Shows that work is under way; on a terminal only. */
import ora from 'ora'

/** `text` with a spinner until `work` ends; the line is gone afterwards. */
export async function withSpinner<T>(text: string, stream: NodeJS.WriteStream, work: () => Promise<T>): Promise<T> {
  const spinner = ora({ text, stream, isSilent: !stream.isTTY, discardStdin: false }).start()
  try {
    // let it be drawn once before work that keeps the thread busy
    await new Promise((resolve) => setImmediate(resolve))
    return await work()
  } finally {
    spinner.stop()
  }
}
