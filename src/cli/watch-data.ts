/** Shows on standard error what happens while data are opened, such as downloads. */
import { type DataWatch, UNWATCHED } from '../data/watch.js'
import { createTransferReporter } from '../report/transfer.js'
import { type Io, mayRedraw } from './io.js'

/** Does work on data. */
export async function watchingData<Result>(io: Io, work: (watch: DataWatch) => Promise<Result>): Promise<Result> {
  const listener = createTransferReporter(io.stderr, mayRedraw(io, io.stderr), () => performance.now())
  try {
    return await work({ ...UNWATCHED, listener })
  } finally {
    listener.close()
  }
}
