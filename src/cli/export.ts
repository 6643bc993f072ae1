/** `train export RUN`: writes a trained model in the format of another program. */
import { join } from 'node:path'
import { checkEmpty } from '../export/run-directory.js'
import type { ExportFormat } from '../run/export/format-names.js'
import { FORMATS } from '../run/export/formats.js'
import { writeExport } from '../run/export/write.js'
import { openModel } from '../run/open-model.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, say } from './io.js'
import { checkFilePlace, ownFiles } from './places.js'
import { withSpinner } from './spinner.js'

export interface ExportRunOptions {
  readonly to: ExportFormat
  readonly out: string | undefined
}

/** Prints the paths of the written files to standard output. */
export async function exportRun(directory: string, { to, out }: ExportRunOptions, io: Io): Promise<ExitCode> {
  const format = FORMATS[to]
  const path = out ?? join(directory, format.name)
  const trained = await openModel(directory)
  if (format.writes === 'folder') await checkEmpty(path)
  else await checkFilePlace(out === undefined ? 'the exported model' : '--out', path, ownFiles(directory))
  return interruptible(io, async () => {
    const paths = await withSpinner('Exporting', io, () =>
      writeExport(format, path, trained, { withPreparation: false }),
    )
    for (const note of format.notes?.(trained) ?? []) say(io, note)
    for (const written of paths) io.stdout.write(`${written}\n`)
    return EXIT.done
  })
}
