/** `train history RUN`: the history of a finished run in another format. */
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { checkFileName, formatOf, type HistoryFormat, wholeHistory } from '../export/history-formats.js'
import { readHistory } from '../export/read-history.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import type { Io } from './io.js'
import { checkFilePlace } from './places.js'

export interface HistoryOptions {
  readonly format: HistoryFormat | undefined
  readonly output: string | undefined
}

export async function printHistory(run: string, { format, output }: HistoryOptions, io: Io): Promise<ExitCode> {
  const { history, path } = await readHistory(run)
  if (output === undefined) {
    io.stdout.write(wholeHistory(history, format ?? 'csv'))
    return EXIT.done
  }
  const chosen = format ?? formatOf(output)
  checkFileName(output, chosen)
  await checkFilePlace('-o', output, [{ name: 'the history', at: path }])
  await inWords('write the history', () => writeFileAtomic(output, wholeHistory(history, chosen)))
  return EXIT.done
}
