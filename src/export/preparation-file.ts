/** Writes and reads `preparation.json`: the inputs and targets of a trained model, and how rows become its inputs. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { writeFileAtomic } from '../base/atomic-file.js'
import type { Named } from '../base/field.js'
import type { DataForm } from '../base/form.js'
import { UserError } from '../base/issue.js'
import { jsonOf } from '../base/json.js'
import { readWhole } from '../base/read-file.js'
import { ONCE } from '../spec/once.js'
import { inFolderOfRun } from './saved-model.js'

/** The content of the file. Engines and models know `form`; the rest is for the data alone. */
export interface Prepared {
  readonly form: DataForm
  readonly columns: Named<unknown>
  readonly facts: Named<unknown>
  readonly learnt: Named<unknown>
}

const VERSION = 1
const NO_PREPARATION = 'runs of earlier versions lack it: train the model again'
/** Limit on the size of the file. A whitening matrix of 3,072 elements takes 190 MB. */
const MOST_BYTES = 2 ** 29 - 1

/** The spec to which a preparation belongs. */
export interface PreparedSpec {
  /** The text of its file, which may be trusted as long as it is the same. */
  readonly text: string
  /** The part of its data that says how rows are prepared. */
  readonly data: string
}

export async function writePreparation(path: string, preparation: Prepared, spec: PreparedSpec): Promise<void> {
  const content = JSON.stringify(preparation)
  const text = `{"version":${VERSION},"sha256":"${hashOf(content)}","spec":"${hashOf(spec.text)}","data":"${hashOf(spec.data)}","preparation":${content}}\n`
  await writeFileAtomic(path, text)
}

/**
 * Reads the file. Throws a UserError if it is missing, or if it is not as it was written. Returns how to tell that a text is
 * that of the spec as the run has written it, and that the preparation belongs to some data.
 */
export async function readPreparation(
  path: string,
): Promise<{ readonly preparation: Prepared; wroteSpec(text: string): boolean; isFor(data: string): boolean }> {
  const bytes = await inFolderOfRun(path, () => readWhole(path, { most: MOST_BYTES }), NO_PREPARATION)
  const found = jsonOf(new TextDecoder().decode(bytes))
  if (!fileSchema.safeParse(found, ONCE).success) {
    throw new UserError(`${path}: this is not a file that this version of trainspec wrote`)
  }
  // as it was parsed, because zod makes copies without some names
  const { sha256, spec, data, preparation } = found as z.infer<typeof fileSchema>
  if (hashOf(JSON.stringify(preparation)) !== sha256) {
    throw new UserError(`${path}: its content was changed, or is damaged; a run can only be used as it was written`)
  }
  return {
    preparation: preparation as Prepared,
    wroteSpec: (text) => hashOf(text) === spec,
    isFor: (text) => hashOf(text) === data,
  }
}

/** The hash makes sure of everything in `preparation`. */
const fileSchema = z.object({
  version: z.literal(VERSION),
  sha256: z.string(),
  spec: z.string(),
  data: z.string(),
  preparation: z.unknown(),
})

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
