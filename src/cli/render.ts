/** `train render SPEC`: prints a spec with every default filled in. */
import { dirname } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { specSeenFrom } from '../run/spec-seen-from.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import type { Io } from './io.js'
import type { OverrideOptions } from './overrides.js'
import { checkFilePlace, specPlace } from './places.js'
import { readWatched } from './read-watched.js'
import { showWarnings } from './warnings.js'

export interface RenderOptions extends OverrideOptions {
  readonly output: string | undefined
}

/** Prints to standard output, or writes a file. */
export async function renderSpec(file: string, options: RenderOptions, io: Io): Promise<ExitCode> {
  const { output } = options
  if (output !== undefined) await checkFilePlace('--output', output, [specPlace(file)])
  const { spec, warnings } = await readWatched(file, options, io)
  showWarnings(warnings, io)
  const text = `${JSON.stringify(specSeenFrom(output === undefined ? '.' : dirname(output), spec), null, 2)}\n`
  if (output === undefined) io.stdout.write(text)
  else await inWords('write the spec', () => writeFileAtomic(output, text))
  return EXIT.done
}
