/** `train export RUN`: writes a trained model in the format of another program. */
import { join } from 'node:path'
import { UserError } from '../base/issue.js'
import { checkEmpty } from '../export/run-directory.js'
import { BUNDLE } from '../run/export/bundle/bundle.js'
import type { Format } from '../run/export/format.js'
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
  readonly 'with-preparation': true | undefined
  readonly bundle: string | undefined
}

/** Prints the paths of the written files to standard output. */
export async function exportRun(directory: string, options: ExportRunOptions, io: Io): Promise<ExitCode> {
  const { to, out, bundle } = options
  const withPreparation = options['with-preparation'] === true
  const format = bundle === undefined ? FORMATS[to] : bundled(options)
  if (withPreparation && !format.holdsPreparation) {
    throw new UserError(`--with-preparation is for onnx; a model as ${to} takes rows that are prepared`)
  }
  const path = bundle ?? out ?? join(directory, format.name)
  const trained = await openModel(directory)
  if (format.writes === 'folder') await checkEmpty(path)
  else await checkFilePlace(out === undefined ? 'the exported model' : '--out', path, ownFiles(directory))
  return interruptible(io, async () => {
    const paths = await withSpinner('Exporting', io, () => writeExport(format, path, trained, { withPreparation }))
    for (const note of format.notes?.(trained) ?? []) say(io, note)
    for (const written of paths) io.stdout.write(`${written}\n`)
    return EXIT.done
  })
}

/** A bundle is a format of its own. */
function bundled({ to, out }: ExportRunOptions): Format {
  if (to !== 'onnx') throw new UserError(`--bundle has the model as onnx; leave out --to ${to}`)
  if (out !== undefined) throw new UserError('--out and --bundle cannot be used together: a bundle has the model in it')
  return BUNDLE
}
