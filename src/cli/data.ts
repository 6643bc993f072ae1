/** `train data SPEC|FILE...`: shows data before training, and proposes a spec for them. */
import { open } from 'node:fs/promises'
import { parse } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { isUrl } from '../base/url.js'
import { dataLines } from '../report/data.js'
import { lookAtFiles } from '../run/look/look-at-files.js'
import { type Looked, lookAtSpec } from '../run/look/look-at-spec.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import type { Io } from './io.js'
import { checkNewSpec, dataPlaces } from './new-spec.js'
import { checkFilePlace } from './places.js'
import { readWatched } from './read-watched.js'
import { type ReportOptions, writeReport } from './report.js'
import { withSpinner } from './spinner.js'
import { showWarnings } from './warnings.js'
import { watchingData } from './watch-data.js'

export interface DataOptions extends ReportOptions {
  readonly set: readonly string[]
  readonly target: string | undefined
  readonly output: string | undefined
  readonly png: string | undefined
}

/** Prints the report to standard output, and writes the proposed spec if asked to. */
export async function lookAtData(files: readonly string[], options: DataOptions, io: Io): Promise<ExitCode> {
  const [file] = files
  const isOfSpec = files.length === 1 && (await isSpec(file!))
  const { output, png } = options
  if (png !== undefined) await checkFilePlace('--png', png, dataPlaces(files))
  const { report, pictures } = isOfSpec ? await ofSpec(file!, options, io) : await ofFiles(files, options, io)
  if (png !== undefined) await writeSheet(png, pictures)
  if (output !== undefined) await inWords('write the spec', () => writeFileAtomic(output, report.proposal!))
  writeReport(report, (report) => dataLines(report, { written: output ?? null, files }), options, io)
  return EXIT.done
}

async function ofSpec(file: string, options: DataOptions, io: Io): Promise<Looked> {
  if (options.target !== undefined) throw new UserError(`--target: ${file} is a spec, which has its own target`)
  const { spec, data, warnings } = await readWatched(file, options, io)
  showWarnings(warnings, io)
  return withSpinner(`Looking at ${data.form.name}`, io, () => lookAtSpec(spec, data, options.png !== undefined))
}

async function ofFiles(files: readonly string[], { set, target, output, png }: DataOptions, io: Io): Promise<Looked> {
  if (set.length > 0) throw new UserError(`--set: ${files[0]} is no spec`)
  if (output !== undefined) await checkNewSpec(output, files)
  const place = output ?? `${parse(files[0]!).name}.json`
  const look = () =>
    watchingData(io, (watch) => lookAtFiles({ files, target, place, withPictures: png !== undefined, watch }))
  // a download shows its own progress
  return files.some(isUrl) ? look() : withSpinner(`Looking at ${files[0]}`, io, look)
}

async function writeSheet(path: string, samples: Looked['pictures']): Promise<void> {
  if (!samples) throw new UserError('--png: the data have no pictures as an input')
  const [{ contactSheet }, { pngOf }] = await Promise.all([
    import('../report/contact-sheet.js'),
    import('../report/png.js'),
  ])
  await inWords('write the picture', () => writeFileAtomic(path, pngOf(contactSheet(samples))))
}

const JSON_FILE = /\.jsonc?$/i
const SPACE_AND_COMMENTS = /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/|\ufeff)*/
const HEAD = 65_536

/** True for standard input, and for a JSON file that is no list of rows. */
async function isSpec(path: string): Promise<boolean> {
  if (path === '-') return true
  if (!JSON_FILE.test(path)) return false
  const file = await open(path).catch(() => undefined)
  if (!file) return true
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    return !buffer.toString('utf8', 0, bytesRead).replace(SPACE_AND_COMMENTS, '').startsWith('[')
  } catch {
    return true
  } finally {
    await file.close()
  }
}
